"""The ways to run ``settings.MIDDLEWARE`` around a view, each as something to be called.

All of them get the request of the same event, and answer who is there. A way is built while its
middleware are in the settings.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.signals import request_started
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix
from django.utils.module_loading import import_string

from benchmarks.django_project import ASYNC_PAGE, SYNC_PAGE, answer, scope_of, sync_page
from benchmarks.harness import check
from django_adapter import (
    MiddlewareRunner,
    SyntheticRequests,
    load_identity,
    synthetic_request,
)

Once = Callable[[], HttpResponseBase]
OnceAsync = Callable[[], Awaitable[HttpResponseBase]]


@dataclass(frozen=True)
class Event:
    """An event of a WebSocket that was opened with ``cookie``."""

    cookie: str

    @property
    def handshake(self) -> dict[str, Any]:
        return scope_of("websocket", "/_event", self.cookie)

    def scope(self, path: str) -> dict[str, Any]:
        """Return the scope that the event's request has in the end, for a request made of it."""
        return dict(self.synthetic(path).scope)

    def synthetic(self, path: str) -> ASGIRequest:
        return synthetic_request(self.handshake, path=path, csrf_proven=True)


def request_of(scope: dict[str, Any]) -> ASGIRequest:
    request = ASGIRequest(scope, BytesIO())
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    return request


def hooks_alone(event: Event) -> Once:
    """Call one hook after the other and nothing else: nothing that runs them can cost less."""
    scope = event.scope(SYNC_PAGE)
    chain = [import_string(name)(sync_page) for name in settings.MIDDLEWARE]
    before, around, after = (
        [getattr(middleware, hook) for middleware in chain if hasattr(middleware, hook)]
        for hook in ("process_request", "process_view", "process_response")
    )
    after.reverse()

    def once() -> HttpResponseBase:
        request = request_of(scope)
        for hook in before:
            hook(request)
        for hook in around:
            hook(request, sync_page, (), {})
        response: HttpResponseBase = sync_page(request)
        for hook in after:
            response = hook(request, response)
        return response

    return once


class SyncChain(BaseHandler):
    """Django's own chain as its WSGI handler runs it."""

    def __init__(self) -> None:
        self.load_middleware()


def django_sync(event: Event) -> Once:
    """Ask Django's chain for a response: it finds the view and takes care of exceptions."""
    handler, scope = SyncChain(), event.scope(SYNC_PAGE)

    def once() -> HttpResponseBase:
        return handler.get_response(request_of(scope))

    return once


def django_sync_with_signals(event: Event) -> Once:
    """As ``django_sync``, with all that a WSGI server sees done before and after."""
    handler, scope = SyncChain(), event.scope(SYNC_PAGE)

    def once() -> HttpResponseBase:
        set_script_prefix("/")
        request_started.send(sender=SyncChain, scope=scope)
        response = handler.get_response(request_of(scope))
        response._handler_class = SyncChain  # type: ignore[attr-defined]
        response.close()  # sends request_finished
        return response

    return once


class AsyncChain(BaseHandler):
    """Django's own chain as its ASGI handler runs it."""

    def __init__(self) -> None:
        self.load_middleware(is_async=True)

    async def run(self, request: ASGIRequest) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(request.scope))
        await request_started.asend(sender=AsyncChain, scope=request.scope)
        response = await self.get_response_async(request)
        response._handler_class = AsyncChain  # type: ignore[attr-defined]
        await sync_to_async(response.close)()  # sends request_finished
        return response


def django_async(event: Event) -> OnceAsync:
    handler, scope = AsyncChain(), event.scope(ASYNC_PAGE)

    async def once() -> HttpResponseBase:
        async with ThreadSensitiveContext():
            return await handler.run(request_of(scope))

    return once


def django_async_one_thread(event: Event) -> OnceAsync:
    """As ``django_async``, but all requests share one thread and its database connection."""
    handler, scope = AsyncChain(), event.scope(ASYNC_PAGE)

    async def once() -> HttpResponseBase:
        return await handler.run(request_of(scope))

    return once


async def who(request: HttpRequest) -> HttpResponseBase:
    await load_identity(request)
    return answer(request, getattr(request, "user", None))


def ours(event: Event) -> OnceAsync:
    """Parse what belongs to the connection once, as for all events of one."""
    runner, requests = MiddlewareRunner(), SyntheticRequests(event.handshake)
    made = requests.request(path=ASYNC_PAGE, csrf_proven=True)
    check("our request: META", made.META, request_of(event.scope(ASYNC_PAGE)).META)

    async def once() -> HttpResponseBase:
        request = requests.request(path=ASYNC_PAGE, csrf_proven=True)
        return (await runner.run(request, who)).response

    return once


def ours_first_event(event: Event) -> OnceAsync:
    runner, handshake = MiddlewareRunner(), event.handshake

    async def once() -> HttpResponseBase:
        request = synthetic_request(handshake, path=ASYNC_PAGE, csrf_proven=True)
        return (await runner.run(request, who)).response

    return once


def reflex_django(event: Event) -> OnceAsync | None:
    """Return how ``reflex-django`` brings an event to its handler, where it is installed."""
    if find_spec("reflex_django") is None:
        return None
    bridge = import_module("reflex_django.bridge.event").bridge_request_for_state
    headers = {name.decode(): value.decode() for name, value in event.handshake["headers"]}
    router_data = {"headers": headers, "ip": "127.0.0.1", "pathname": ASYNC_PAGE, "query": {}}
    of_reflex = SimpleNamespace(router_data=router_data)

    async def once() -> HttpResponseBase:
        request, _response = await bridge(of_reflex, of_reflex)
        return HttpResponse(answer(request, request.user).content)

    return once
