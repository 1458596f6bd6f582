"""Whether there is a place for the compiled app, a build in it, and that of today's pages."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from reflex_adapter import sources
from reflex_adapter.conf import build_root
from reflex_adapter.files import has_shell

EXPORT = "Run: python manage.py export_reflex"


def missing_root() -> Iterator[CheckMessage]:
    if not settings.STATIC_ROOT:
        yield Error(
            "STATIC_ROOT is not set, below which the compiled app is kept and served from.",
            hint="Set it in your settings, for example to BASE_DIR / 'staticfiles'.",
            id="reflex_adapter.E005",
        )


def missing_build() -> Iterator[CheckMessage]:
    """Warn, on deployment, that every page would be answered 503."""
    if settings.STATIC_ROOT and not has_shell(build_root()):
        yield Warning(
            f"There is no compiled app in {build_root()}: its pages are answered 503.",
            hint=EXPORT,
            id="reflex_adapter.W010",
        )


def stale_build() -> Iterator[CheckMessage]:
    """Warn, on deployment, of a build that may lack what the pages have now."""
    if settings.STATIC_ROOT and has_shell(build_root()) and not sources.are_those_of(build_root()):
        yield Warning(
            "The compiled app was not built from the project's code as it is now.",
            hint=f"{EXPORT}. If the change is none of its pages, it builds nothing and notes that.",
            id="reflex_adapter.W011",
        )
