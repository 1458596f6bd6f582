"""Which paths are pages of the app, by the routes that Reflex compiled.

Loads no Reflex, for Django serves the pages. The export leaves the routes in the build, under a
name that is never served; without them, in a build of another making, every path may be a page.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

logger = logging.getLogger("reflex_adapter")

MANIFEST = ".routes.json"  # in the build
NOT_FOUND = "404"  # the route of the page for all others


class Routes:
    """The routes of a build, for telling a page from a path that has none."""

    def __init__(self, routes: list[str] | None) -> None:
        self._routes = None if routes is None else [split(r) for r in map(path_of, routes)]

    def have(self, path: str) -> bool:
        """Tell whether ``path``, relative to the mount, is a page as far as is known."""
        if self._routes is None:
            return True
        parts = split(path)
        return parts != [NOT_FOUND] and any(matches(route, parts) for route in self._routes)


def routes_of(build: Path) -> Routes:
    """Return the routes of the build in this folder."""
    return routes_in(build / MANIFEST)


def routes_in(file: Path) -> Routes:
    try:
        manifest = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Routes(None)
    try:
        return Routes([str(route) for route in json.loads(manifest)])
    except (ValueError, TypeError):
        logger.warning("%s is unreadable: every path counts as a page", file)
        return Routes(None)


def path_of(route: str) -> str:
    return "" if route == "index" else route


def split(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def matches(route: list[str], path: list[str]) -> bool:
    """Tell whether ``path`` is of ``route``, which may have Reflex's ``[a]`` and ``[[...a]]``."""
    if not route:
        return not path
    head, *rest = route
    if head.startswith(("[...", "[[...")):
        return bool(path) or head.startswith("[[")
    if head.startswith("[[") and matches(rest, path):
        return True
    return bool(path) and ("[" in head or head == path[0]) and matches(rest, path[1:])
