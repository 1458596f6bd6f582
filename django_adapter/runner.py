"""Run ``settings.MIDDLEWARE`` around any async callable, as Django runs it around a view."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.handlers.asgi import ASGIRequest, get_script_prefix
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, set_script_prefix

from django_adapter.handler import CompiledHandler
from django_adapter.lease import Lease
from django_adapter.request import SyntheticRequest
from django_adapter.signals import finished, started
from django_adapter.thread import LeasedThread

View = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class Run(NamedTuple):
    """What came of a run: the chain's response, whether the view was called, what it raised."""

    response: HttpResponseBase
    reached: bool
    error: Exception | None = None


@dataclass
class ViewCall:
    """The one call a run of the chain is for, and what became of it."""

    view: View
    seen_as: Callable[..., Any]
    reached: bool = False
    error: Exception | None = None
    error_answered: bool = False

    def as_function(self) -> View:
        """Return a function that makes the call, with what ``process_view`` looks at."""

        async def view(request: HttpRequest) -> HttpResponseBase:
            self.reached = True
            self.error, self.error_answered = None, False  # middleware may try more than once
            try:
                return await self.view(request)
            except Exception as error:
                self.error = error
                raise

        return functools.update_wrapper(view, self.seen_as)


current_call: ContextVar[ViewCall] = ContextVar("django_adapter.current_call")


class MiddlewareRunner(CompiledHandler):
    """The middleware chain of the project, compiled once, run as often as wanted.

    ``middleware`` are dotted paths, by default ``settings.MIDDLEWARE``. Raises what a middleware's
    ``__init__`` raises, ``MiddlewareNotUsed`` excepted. No state of a run stays on it.
    """

    def __init__(self, middleware: Sequence[str] | None = None) -> None:
        super().__init__()
        self.middleware = middleware
        self.load_middleware(is_async=True)

    async def run(
        self, request: ASGIRequest, view: View, seen_as: Callable[..., Any] | None = None
    ) -> Run:
        """Run the chain on ``request`` with ``view`` at its end.

        ``process_view`` hooks see name and attributes of ``view``, so that what decorators say of
        it counts; or those of ``seen_as``, for which it stands. It may never be reached: middleware
        that answers early, and middleware that fails (its exception becomes a response, as in
        Django), keep it from running. An exception of the view passes through the chain, and is
        raised again here unless a ``process_exception`` hook answered it. ``request_started`` and
        ``request_finished`` are sent, also on cancellation, and thread-sensitive work shares one
        leased thread.
        """
        run = await self.attempt(request, view, seen_as)
        if run.error is not None:
            raise run.error
        return run

    async def attempt(
        self, request: ASGIRequest, view: View, seen_as: Callable[..., Any] | None = None
    ) -> Run:
        """Do as ``run`` does, but return the exception of the view with the response made of it."""
        call = ViewCall(view, seen_as or view)
        token = current_call.set(call)
        try:
            async with LeasedThread() as lease:
                response = await self._respond(request, lease)
        finally:
            current_call.reset(token)
        return Run(response, call.reached, None if call.error_answered else call.error)

    async def _respond(self, request: ASGIRequest, lease: Lease | None) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(request.scope))
        await started(type(self), request.scope, lease)
        response = None
        try:
            response = await self.get_response_async(request)
            return response
        finally:  # no response: cancelled, or DEBUG_PROPAGATE_EXCEPTIONS
            await finished(type(self), response, lease)

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Give the chain this run's view; ``request.resolver_match`` is the match of its path."""
        if isinstance(request, SyntheticRequest) and not hasattr(request, "urlconf"):
            request.to_be_resolved = True
        else:
            try:
                super().resolve_request(request)
            except Resolver404:
                request.resolver_match = None
        # All that is asked of it is to be unpacked; a ResolverMatch would cost as much as a hook.
        return current_call.get().as_function(), (), {}  # type: ignore[return-value]

    def is_async(self, view: Callable[..., Any]) -> bool:
        return True

    def make_view_atomic(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """Leave the view alone: ``ATOMIC_REQUESTS`` cannot span an async callable."""
        return view

    def process_exception_by_middleware(  # type: ignore[override]
        self, exception: Exception, request: HttpRequest
    ) -> HttpResponseBase | None:
        response = super().process_exception_by_middleware(exception, request)
        current_call.get().error_answered = response is not None
        return response
