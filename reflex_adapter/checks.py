"""What ``manage.py check`` says of a project's settings where events mean less than they seem."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register
from django.db import connections


def register_checks() -> None:
    register(check_atomic_requests, "reflex_adapter")


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
