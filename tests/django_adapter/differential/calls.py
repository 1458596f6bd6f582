"""Middleware that is a class with a ``__call__`` of its own, sync, async or either."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest

from tests.django_adapter.differential.acts import act, leave
from tests.django_adapter.differential.hooks import ExceptionHook, TemplateHook, ViewHook

SyncGet = Callable[[HttpRequest], Any]
AsyncGet = Callable[[HttpRequest], Awaitable[Any]]


class SyncCall:
    """No ``async_capable``: Django gives it a thread and a ``get_response`` that blocks."""

    who = "sync call"

    def __init__(self, get_response: SyncGet) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        try:
            early = act(request, self.who, "before")
            return early or leave(request, self.get_response(request), self.who)
        finally:
            act(request, self.who, "finally")


class SyncCallAndHooks(ViewHook, TemplateHook, ExceptionHook, SyncCall):
    who = "sync call and hooks"


class Asking(SyncCall):
    """Asks again where the answer was an error, and looks at the exception that it was."""

    who = "asking"

    def __call__(self, request: HttpRequest) -> Any:
        response = super().__call__(request)
        return super().__call__(request) if response.status_code >= 500 else response


class AsyncCall:
    who = "async call"
    async_capable = True
    sync_capable = False

    def __init__(self, get_response: AsyncGet) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> Any:
        try:
            early = act(request, self.who, "before")
            return early or leave(request, await self.get_response(request), self.who)
        finally:
            act(request, self.who, "finally")


class AsyncCallAndHooks(ViewHook, TemplateHook, ExceptionHook, AsyncCall):
    """Coroutines around, sync hooks beside."""

    who = "async call and hooks"


class AsyncCallAndAsyncHooks(AsyncCall):
    who = "async call and async hooks"

    async def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Any:
        return act(request, self.who, "process_view", args, kwargs)

    async def process_exception(self, request: HttpRequest, error: Exception) -> Any:
        return act(request, self.who, "process_exception", repr(error))


class EitherCall:
    """One class that is what its ``get_response`` is."""

    who = "either call"
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        early = act(request, self.who, "before")
        if iscoroutinefunction(self):
            return self.acall(request, early)
        return early or leave(request, self.get_response(request), self.who)

    async def acall(self, request: HttpRequest, early: Any) -> Any:
        return early or leave(request, await self.get_response(request), self.who)


class UnmarkedCall:
    """A mistake that Django forgives as long as nothing is raised."""

    who = "unmarked call"
    async_capable = True
    sync_capable = False

    def __init__(self, get_response: AsyncGet) -> None:
        self.get_response = get_response

    async def __call__(self, request: HttpRequest) -> Any:
        early = act(request, self.who, "before")
        return early or leave(request, await self.get_response(request), self.who)


class Unused(SyncCall):
    def __init__(self, get_response: SyncGet) -> None:
        raise MiddlewareNotUsed("not today")


class UnusedAsync(AsyncCall):
    def __init__(self, get_response: AsyncGet) -> None:
        raise MiddlewareNotUsed
