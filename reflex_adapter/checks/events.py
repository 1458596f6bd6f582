"""What events cannot have that views have: middleware, apps and transactions that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning
from django.db import connections
from django.utils.module_loading import import_string

from reflex_adapter.conf import configuration
from reflex_adapter.event_chain import event_middleware, imported, is_one_of

SET_BY = {
    "session": "django.contrib.sessions.middleware.SessionMiddleware",
    "user": "django.contrib.auth.middleware.AuthenticationMiddleware",
}


def missing_app() -> Iterator[CheckMessage]:
    """Report the absence of the models that every event needs."""
    if not apps.is_installed("django.contrib.auth"):
        yield Error(
            "'django.contrib.auth' is not installed, without which no page can be loaded.",
            hint="Add it and 'django.contrib.contenttypes' to INSTALLED_APPS, and migrate.",
            id="reflex_adapter.E006",
        )


def missing_middleware() -> Iterator[CheckMessage]:
    """Warn where nothing around an event gives its request what ``AppState`` shows of it."""
    around = [imported(path) for path in event_middleware()]
    for name, path in SET_BY.items():
        if not any(is_one_of(middleware, (import_string(path),)) for middleware in around):
            yield Warning(
                f"There is no {path.rpartition('.')[2]} around events, so that self.{name} of an "
                "AppState raises.",
                hint=f"Add {path!r} to MIDDLEWARE, or take it out of "
                "REFLEX_DJANGO_EVENT_MIDDLEWARE_SKIP; "
                f"if middleware of another kind sets request.{name}, silence this.",
                id="reflex_adapter.W009",
            )


def chain_that_does_not_run() -> Iterator[CheckMessage]:
    """Warn where middleware of the project guards its views, and not its events."""
    if not configuration().run_middleware_chain:
        yield Warning(
            "REFLEX_DJANGO_RUN_MIDDLEWARE_CHAIN is off: your middleware guards no event.",
            hint="Name what must not run in REFLEX_DJANGO_EVENT_MIDDLEWARE_SKIP instead.",
            id="reflex_adapter.W002",
        )


def atomic_requests() -> Iterator[CheckMessage]:
    """Warn of databases whose transactions an ``async def`` handler cannot have."""
    databases = connections.settings.items()
    atomic = [alias for alias, options in databases if options["ATOMIC_REQUESTS"]]
    if atomic:
        yield Warning(
            f"ATOMIC_REQUESTS of {', '.join(atomic)} does not span async def event handlers.",
            hint="Write handlers that need the transaction as plain def, and silence this.",
            id="reflex_adapter.W001",
        )
