"""Give an event its Django request: run the chain with the handler as its view.

The handler runs *inside* the chain, because only there does a view mean what it means in Django:
a session it changes is saved afterwards, a ``try/finally`` of a middleware spans it,
``process_exception`` sees what it raises. It fails closed: whatever else answers, the handler has
not run. This module knows nothing of Reflex, so any source of events can use it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase

from asgi_compose import Scope
from django_adapter import AuthCache, MiddlewareRunner, SyntheticRequests, load_identity
from django_adapter.identity import Loader
from reflex_adapter.conf import configuration
from reflex_adapter.current import CurrentEvent, bound
from reflex_adapter.event_chain import event_middleware
from reflex_adapter.logged import logged

# What Django's response_for_exception() takes for an answer and not for an error.
SAY_4XX = (BadRequest, Http404, MultiPartParserError, PermissionDenied, SuspiciousOperation)

Handler = Callable[[CurrentEvent], Awaitable[None]]


@dataclass(frozen=True)
class Outcome:
    """What came of one event. ``completed`` tells whether the handler ran to its end,
    ``identified`` whether session and user were loaded for it.

    ``own_cookies`` are the names of those that the handler itself has set.
    ``session_found`` tells whether there was a session before the handler did anything about it;
    ``None`` if nobody has looked. ``error`` is what the handler raised, if no 4xx answers it.
    """

    request: HttpRequest
    response: HttpResponseBase
    completed: bool
    session_found: bool | None = None
    identified: bool = False
    own_cookies: frozenset[str] = frozenset()
    error: Exception | None = None


class DjangoEventBridge:
    """Runs handlers as views of the project's middleware chain, which it builds once.

    Without a ``runner`` that is ``event_middleware()``.
    """

    def __init__(self, runner: MiddlewareRunner | None = None) -> None:
        self.runner = runner or MiddlewareRunner(event_middleware())
        seconds = configuration().auth_cache
        self.auth_cache = AuthCache(seconds) if seconds else None

    async def run(
        self,
        connection: Scope | SyntheticRequests,
        handler: Handler,
        *,
        path: str = "/",
        query: bytes = b"",
        post: QueryDict | None = None,
        seen_as: Callable[..., Any] | None = None,
        also: Loader | None = None,
        raises: bool = True,
    ) -> Outcome:
        """Run ``handler`` around ``settings.MIDDLEWARE`` on a request of ``connection``.

        That is the scope of a request or of a WebSocket handshake, its ``Origin`` already checked;
        or what makes requests of one, parsed once, where many events come by it. ``post`` becomes
        ``request.POST``. ``process_view`` hooks see ``handler``, or ``seen_as``, for which it
        stands. Session and user are loaded before the handler starts, so that reading them does no
        I/O; ``also`` is called with them.
        Raises what the handler raises, once the chain has seen and logged it, unless Django answers
        it with a 4xx, as it does ``PermissionDenied``; what middleware raises becomes a response.
        If not ``raises``, the outcome has that error, and the response with which Django answers.
        """
        requests = connection
        if not isinstance(requests, SyntheticRequests):
            requests = SyntheticRequests(requests)
        request = requests.request(path=path, query_string=query, csrf_proven=True)
        if post is not None:
            request.POST = post  # type: ignore[assignment]
        started = completed = False
        found: bool | None = None
        own_cookies: frozenset[str] = frozenset()

        async def view(request: HttpRequest) -> HttpResponse:
            nonlocal started, completed, found, own_cookies
            if started:
                raise RuntimeError("Middleware called the view again; a handler runs once.")
            started = True
            event = CurrentEvent(request)
            if self.auth_cache is None:
                await load_identity(request, also)
            else:
                await self.auth_cache.load(requests, request, also)
            found = session_found(request)
            with bound(event):
                await handler(event)
            completed = True
            own_cookies = frozenset(event.response.cookies)
            return event.response

        try:
            run = await self.runner.attempt(request, view, seen_as or handler)
        finally:
            if self.auth_cache is not None:
                self.auth_cache.ended(requests, request)
        error = run.error if not isinstance(run.error, SAY_4XX) else None
        if error is not None:
            logged(error)  # by Django, as what a view raises
            if raises:
                raise error
        if not started:
            found = session_found(request)
        return Outcome(request, run.response, completed, found, started, own_cookies, error)


def session_found(request: HttpRequest) -> bool | None:
    session = getattr(request, "session", None)
    if session is None or not session.accessed:
        return None
    return session.session_key is not None
