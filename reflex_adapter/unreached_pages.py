"""Pages whose paths Django answers itself, so that whoever opens them gets something else."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.urls import Resolver404, resolve

from reflex_adapter.pages import Page
from reflex_adapter.public_pages import route_of
from reflex_adapter.views import ReflexMountView

logger = logging.getLogger("reflex_adapter")


def warn_of_unreached(pages: Iterable[Page], mount_prefix: str) -> None:
    """Log each page at a path that ``urls.py`` has for Django. Dynamic routes are not looked at."""
    for route in map(route_of, pages):
        path = f"{mount_prefix.rstrip('/')}/{route.strip('/')}"
        reason = None if "[" in route else why_unreached(path)
        if reason is not None:
            logger.warning("The page %s is not served: %s. Give it another route.", path, reason)


def why_unreached(path: str) -> str | None:
    try:
        match = resolve(path)
    except Resolver404:
        return "a django_prefix of reflex_mount() keeps this path for Django"
    if getattr(match.func, "view_class", None) is ReflexMountView:
        return None
    return f"the URL pattern {match.route!r} has this path already"
