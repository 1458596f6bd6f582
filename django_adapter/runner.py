"""Run ``settings.MIDDLEWARE`` around any async callable, as Django runs it around a view.

Django's own ``BaseHandler`` builds and runs the chain, so that hooks, middleware written as a
function and middleware with a ``__call__`` of its own mean exactly what they mean there. Under
``BaseHandler`` every synchronous hook costs one hop to a worker thread.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.signals import request_finished, request_started
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, set_script_prefix

View = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@dataclass
class ViewCall:
    """The one call a run of the chain is for, and what became of it."""

    view: View
    error: Exception | None = None
    error_answered: bool = False

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        self.error, self.error_answered = None, False  # middleware may try more than once
        try:
            return await self.view(request)
        except Exception as error:
            self.error = error
            raise


current_call: ContextVar[ViewCall] = ContextVar("django_adapter.current_call")


class MiddlewareRunner(BaseHandler):
    """The middleware chain of the project, built once, run as often as wanted.

    Raises what a middleware's ``__init__`` raises, ``MiddlewareNotUsed`` excepted.
    """

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware(is_async=True)

    async def run(self, request: ASGIRequest, view: View) -> HttpResponseBase:
        """Return the chain's response to ``request`` with ``view`` at its end.

        The view may never be reached: middleware that answers early, and middleware that fails
        (its exception becomes a response, as in Django), keep it from running; ``view`` itself is
        the only one to know. An exception of the view passes through the chain, and is raised
        again here unless a ``process_exception`` hook answered it. ``request_started`` and
        ``request_finished`` are sent, and thread-sensitive work shares one thread.
        """
        call = ViewCall(view)
        token = current_call.set(call)
        try:
            async with ThreadSensitiveContext():
                response = await self._respond(request)
        finally:
            current_call.reset(token)
        if call.error is not None and not call.error_answered:
            raise call.error
        return response

    async def _respond(self, request: ASGIRequest) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(request.scope))
        await request_started.asend(sender=type(self), scope=request.scope)
        response = None
        try:
            response = await self.get_response_async(request)
            # As ASGIHandler does: closing the response sends request_finished with this.
            response._handler_class = type(self)  # type: ignore[attr-defined]
            return response
        finally:
            if response is None:  # cancelled, or DEBUG_PROPAGATE_EXCEPTIONS
                await request_finished.asend(sender=type(self))
            else:
                await sync_to_async(response.close)()

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Give the chain this run's view; ``request.resolver_match`` is the match of its path."""
        try:
            super().resolve_request(request)
        except Resolver404:
            request.resolver_match = None
        call = current_call.get()
        return ResolverMatch(as_view(call), (), {})

    def make_view_atomic(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """Leave the view alone: ``ATOMIC_REQUESTS`` cannot span an async callable."""
        return view

    def process_exception_by_middleware(  # type: ignore[override]
        self, exception: Exception, request: HttpRequest
    ) -> HttpResponseBase | None:
        response = super().process_exception_by_middleware(exception, request)
        current_call.get().error_answered = response is not None
        return response


def as_view(call: ViewCall) -> View:
    """Return ``call`` as a function with the view's attributes, for ``process_view`` hooks."""

    async def view(request: HttpRequest) -> HttpResponseBase:
        return await call(request)

    return functools.update_wrapper(view, call.view)
