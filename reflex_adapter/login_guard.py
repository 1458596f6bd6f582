"""Whom ``LoginRequiredMiddleware`` refuses, asked of the project's own.

A stranger may have a page that is declared public, and must get nothing else with it. Who is a
stranger is for the middleware to say, which a project may have subclassed.
"""

from __future__ import annotations

from typing import Any, NoReturn

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest
from django.utils.module_loading import import_string

from reflex_adapter.event_chain import event_middleware


class LoginGuard:
    """Answers as the middleware would for a view of which nothing is declared."""

    def __init__(self, middleware: type[LoginRequiredMiddleware]) -> None:
        self._process_view = middleware(anything).process_view
        own = LoginRequiredMiddleware.process_view
        self._is_djangos_own = middleware.process_view is own

    async def refuses(self, request: HttpRequest) -> bool:
        """Costs a hop if the project's middleware has a ``process_view`` of its own."""
        ask: Any = self._process_view
        if self._is_djangos_own:
            return ask(request, anything, (), {}) is not None
        if not iscoroutinefunction(ask):
            ask = sync_to_async(ask, thread_sensitive=True)
        return await ask(request, anything, (), {}) is not None


def anything(request: HttpRequest) -> NoReturn:
    """A view that only a login opens."""
    raise NotImplementedError


def login_guard() -> LoginGuard | None:
    """Return the guard of the project, ``None`` where nothing asks for a login."""
    for path in event_middleware():
        middleware = import_string(path)
        if isinstance(middleware, type) and issubclass(middleware, LoginRequiredMiddleware):
            return LoginGuard(middleware)
    return None
