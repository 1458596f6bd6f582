"""Where other applications may be: not on paths that Reflex answers, nor in front of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.core.exceptions import ImproperlyConfigured

from asgi_compose import Predicate, Route
from reflex_adapter.mount import covers, get_mount, is_reserved


def checked_routes(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return ``routes``, or raise ``ImproperlyConfigured`` naming one that is in Reflex's way.

    Only of ``path_prefix`` and ``path_exact`` that is known. Whatever another predicate says of
    Reflex's paths, it is not asked about them.
    """
    checked = tuple(routes)
    for route in checked:
        for path in paths_of(route.predicate):
            check(path, route)
    return checked


def paths_of(predicate: Predicate) -> Iterator[str]:
    """Return the paths that a predicate is about, if it is about nothing else."""
    for segments in getattr(predicate, "literals", ()):
        yield "/" + "/".join(filter(None, segments))


def check(path: str, route: Route) -> None:
    if is_reserved(path):
        raise ImproperlyConfigured(
            f"build_application(routes=...): {route!r}: {path} is the Reflex server's; "
            "choose another path, such as '/api'."
        )
    mount_prefix = get_mount().mount_prefix
    if mount_prefix != "/" and covers(path, mount_prefix):
        raise ImproperlyConfigured(
            f"build_application(routes=...): {route!r}: the pages are at {mount_prefix} "
            "(reflex_mount(mount_prefix=...)); choose another path, such as '/api'."
        )
