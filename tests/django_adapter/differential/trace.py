"""The trace: who did what where, and what could be seen from there."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

# Set by one and read by all: what a hook sets in a thread has to reach the coroutines around it.
passed: ContextVar[str] = ContextVar("passed", default="nobody")


def note(request: HttpRequest, who: str, when: str, *details: Any) -> None:
    match = request.resolver_match and request.resolver_match.route
    state = (place(request.scope["threads"]), translation.get_language(), passed.get(), match)
    request.scope["trace"].append((who, when, *details, *state))


def place(threads: list[int]) -> str:
    """Tell the loop from a thread, and the threads from each other."""
    if runs_in_loop():
        return "in the loop"
    if threading.get_ident() not in threads:
        threads.append(threading.get_ident())
    return f"in thread {threads.index(threading.get_ident())}"


def runs_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def described(response: Any) -> tuple[Any, ...]:
    status = getattr(response, "status_code", None)
    rendered = getattr(response, "is_rendered", True) and hasattr(response, "content")
    # The page of an error under DEBUG has a traceback, which is not what is compared.
    told = rendered and not (settings.DEBUG and status and status >= 400)
    return type(response).__name__, status, response.content[:40] if told else None
