"""What ``manage.py check`` says of a project's settings where events mean less than they seem."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from reflex_adapter.conf import configuration
from reflex_adapter.event_chain import event_middleware
from reflex_adapter.login_page import check_login_url
from reflex_adapter.mount import get_mount
from reflex_adapter.unsafe_checks import (
    check_limits,
    check_reflexs_origins,
    check_trusted_origins,
)


def register_checks() -> None:
    register(check_configuration, "reflex_adapter")
    register(check_chain_runs, "reflex_adapter")
    register(check_atomic_requests, "reflex_adapter")
    register(check_limits, "reflex_adapter")
    register(check_reflexs_origins, "reflex_adapter")
    register(check_trusted_origins, "reflex_adapter", deploy=True)


def check_configuration(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Report what keeps the project from being served: see ``conf`` and ``mount``."""
    try:
        configuration()
        event_middleware()
        get_mount()
        check_login_url()
    except ImproperlyConfigured as wrong:
        return [Error(str(wrong), id="reflex_adapter.E001")]
    return []


def is_valid() -> bool:
    return not check_configuration(None)


def check_chain_runs(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Warn where middleware of the project guards its views, and not its events."""
    if is_valid() and not configuration().run_middleware_chain:
        return [
            Warning(
                "REFLEX_DJANGO_RUN_MIDDLEWARE_CHAIN is off: your middleware guards no event.",
                hint="Name what must not run in REFLEX_DJANGO_EVENT_MIDDLEWARE_SKIP instead.",
                id="reflex_adapter.W002",
            )
        ]
    return []


def check_atomic_requests(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Warn of databases whose transactions an ``async def`` handler cannot have."""
    atomic = [
        alias for alias, options in connections.settings.items() if options["ATOMIC_REQUESTS"]
    ]
    if not atomic:
        return []
    return [
        Warning(
            f"ATOMIC_REQUESTS of {', '.join(atomic)} does not span async def event handlers.",
            hint="Write handlers that need the transaction as plain def, and silence this.",
            id="reflex_adapter.W001",
        )
    ]
