"""Guards of pages: who is turned away is not served the page, nor are its ``on_load`` handlers run.

Which page a client says it is on grants nothing. What a page holds of anybody's is for the guards
of handlers and state classes; its text is in the app's scripts, which are for everybody. Imports
no Reflex, for Django serves the pages.
"""

from __future__ import annotations

import functools

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from django_adapter import load_identity
from reflex_adapter.guards import Guard, ask_all, turned_away
from reflex_adapter.led import load_pages, noting_failure
from reflex_adapter.page_errors import failed
from reflex_adapter.routes import NOT_FOUND, matches, path_of, split

Guards = tuple[Guard, ...]

# Paths whose guards are remembered, and characters of the longest of them: what a client who asks
# for ever new ones can make this hold.
MOST, LONGEST = 4096, 256

_pages: dict[str, Guards] = {}  # all pages of the app, by their routes


def note_page(route: str, guards: Guards) -> None:
    """Note what guards the page at ``route``, or that nothing does, which counts as well."""
    _pages[route] = guards
    known_guards_at.cache_clear()


def is_any_guarded() -> bool:
    return any(_pages.values())


def guards_of_route(route: str | None) -> Guards:
    """Return the guards of the page at ``route``; without one, of the page for unknown paths."""
    return _pages.get(NOT_FOUND if route is None else route, ())


async def page_refusal(request: HttpRequest, path: str) -> HttpResponseBase | None:
    """Return the answer for who may not have the page at ``path``, relative to the mount.

    Raises ``PermissionDenied`` for who is not allowed whatever the login. Costs a hop where the
    page is guarded.
    """
    if not _pages:  # a process without events: runserver's, or a project's test
        with noting_failure():
            load_pages()
        if (unavailable := failed()) is not None:
            return unavailable
    guards = guards_of_path(path) if is_any_guarded() else ()
    if not guards:
        return None
    await load_identity(request, functools.partial(ask_all, guards))
    return await turned_away(guards, request)


def guards_of_path(path: str) -> Guards:
    """Return the guards of the page at ``path``, also where it names the file of the page."""
    bare = path.removesuffix(".html").removesuffix("index") if path.endswith(".html") else path
    return tuple(dict.fromkeys((*guards_at(path), *guards_at(bare))))


def guards_at(path: str) -> Guards:
    return known_guards_at(path) if len(path) <= LONGEST else found_guards_at(path)


def found_guards_at(path: str) -> Guards:
    return guards_of_route(route_at(path, list(_pages)))


known_guards_at = functools.lru_cache(MOST)(found_guards_at)


def route_at(path: str, routes: list[str]) -> str | None:
    """Return which of ``routes`` Reflex's router takes for ``path``: the least dynamic one."""
    parts = split(path)
    found = [route for route in routes if matches(split(path_of(route)), parts)]
    return min(found, key=dynamic_parts, default=None)


def dynamic_parts(route: str) -> tuple[int, int, int]:
    """Return how many parts of a route take several of a path's, may be left out, or are one."""
    several, optional = route.count("[[..."), route.count("[[")
    return several, optional - several, route.count("[") - optional * 2
