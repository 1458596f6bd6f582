"""Give an event its Django request: run the chain with the handler as its view.

The handler runs *inside* the chain, because only there does a view mean what it means in Django:
a session it changes is saved afterwards, a ``try/finally`` of a middleware spans it,
``process_exception`` sees what it raises. It fails closed: whatever else answers, the handler has
not run. This module knows nothing of Reflex, so any source of events can use it.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from django_adapter import AuthCache, MiddlewareRunner, SyntheticRequests, load_identity
from reflex_adapter.conf import auth_cache_seconds
from reflex_adapter.current import CurrentEvent, bound

Handler = Callable[[CurrentEvent], Awaitable[None]]
Loader = Callable[[HttpRequest], object]


@dataclass(frozen=True)
class Outcome:
    """What came of one event. ``completed`` tells whether the handler ran to its end."""

    request: HttpRequest
    response: HttpResponseBase
    completed: bool


class DjangoEventBridge:
    """Runs handlers as views of the project's middleware chain, which it builds once."""

    def __init__(self, runner: MiddlewareRunner | None = None) -> None:
        self.runner = runner or MiddlewareRunner()
        seconds = auth_cache_seconds()
        self.auth_cache = AuthCache(seconds) if seconds else None

    async def run(
        self,
        requests: SyntheticRequests,
        handler: Handler,
        *,
        path: str = "/",
        query: bytes = b"",
        also: Loader | None = None,
    ) -> Outcome:
        """Run ``handler`` around ``settings.MIDDLEWARE`` on one of a connection's ``requests``.

        They are made of its handshake, its ``Origin`` already checked. Session and user are loaded
        before the handler starts, so that reading them does no I/O; ``also`` is called with them.
        Raises what the handler raises, once the chain has seen it; what middleware raises becomes
        a response.
        """
        request = requests.request(path=path, query_string=query, csrf_proven=True)
        started = completed = False

        async def view(request: HttpRequest) -> HttpResponse:
            nonlocal started, completed
            if started:
                raise RuntimeError("Middleware called the view again; a handler runs once.")
            started = True
            event = CurrentEvent(request)
            if self.auth_cache is None:
                await load_identity(request, also)
            else:
                await self.auth_cache.load(requests, request, also)
            with bound(event):
                await handler(event)
            completed = True
            return event.response

        try:
            run = await self.runner.run(request, functools.update_wrapper(view, handler))
        finally:
            if self.auth_cache is not None:
                self.auth_cache.ended(requests, request)
        return Outcome(request, run.response, completed)
