"""Which paths are pages that a stranger may have under ``LoginRequiredMiddleware``.

Loads no Reflex, for Django serves the pages. A path that could be more than one page is public if
all of them are, unless one of them is it to the letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from reflex_adapter.pages import Page, noted_pages
from reflex_adapter.routes import matches, split


def is_public(path: str, pages: Sequence[Page] = noted_pages) -> bool:
    """Tell whether ``path``, relative to the mount, is a public page or what such a page loads."""
    if all(page.login_required for page in pages):
        return False
    return is_part_of_the_app(path) or is_public_page(path, pages)


def is_public_page(path: str, pages: Sequence[Page] = noted_pages) -> bool:
    parts = split(path)
    routes = [(split(route_of(page)), page) for page in pages]
    exact = [page for route, page in routes if route == parts]
    matching = exact or [page for route, page in routes if matches(route, parts)]
    return bool(matching) and not any(page.login_required for page in matching)


def is_part_of_the_app(path: str) -> bool:
    """Tell whether this is a script, a style or an image, which hold no data of anybody's."""
    suffix = PurePosixPath(path).suffix
    return bool(suffix) and suffix != ".html"


def route_of(page: Page) -> str:
    """Return the route of a page as ``rx.App.add_page`` makes it of a function's name."""
    name = page.component.__name__.replace("_", "-").lower()
    route = name if page.route is None else page.route
    return "" if route.strip("/") == "index" else route
