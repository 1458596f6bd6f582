"""Middleware with a ``__call__`` of its own, and middleware written as a function."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.utils.decorators import (
    async_only_middleware,
    sync_and_async_middleware,
    sync_only_middleware,
)

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


@sync_only_middleware
def sync_function(get_response: SyncGet) -> SyncGet:
    def middleware(request: HttpRequest) -> Any:
        early = act(request, "sync function", "before")
        return early or leave(request, get_response(request), "sync function")

    return middleware


@async_only_middleware
def async_function(get_response: AsyncGet) -> AsyncGet:
    async def middleware(request: HttpRequest) -> Any:
        early = act(request, "async function", "before")
        return early or leave(request, await get_response(request), "async function")

    return middleware


@sync_and_async_middleware
def either_function(get_response: Any) -> Any:
    return (async_function if iscoroutinefunction(get_response) else sync_function)(get_response)


def undecorated_function(get_response: SyncGet) -> SyncGet:
    def middleware(request: HttpRequest) -> Any:
        response = act(request, "undecorated function", "before") or get_response(request)
        return leave(request, response, "undecorated function")

    return middleware


@async_only_middleware
def partial_function(get_response: AsyncGet) -> AsyncGet:
    async def middleware(who: str, request: HttpRequest) -> Any:
        early = act(request, who, "before")
        return early or leave(request, await get_response(request), who)

    return functools.partial(middleware, "partial function")


@async_only_middleware
def shielding_function(get_response: AsyncGet) -> AsyncGet:
    """Leaves its ``get_response`` to a task, as one with a time limit does."""

    async def middleware(request: HttpRequest) -> Any:
        early = act(request, "shielding function", "before")
        response = early or await asyncio.wait_for(get_response(request), 60)
        return leave(request, response, "shielding function")

    return middleware


@sync_and_async_middleware
def function_with_hooks(get_response: Any) -> Any:
    """A function has attributes too, and Django looks for hooks among them."""
    middleware = either_function(get_response)
    for base in (ViewHook, ExceptionHook):
        hook = type(base.__name__, (base,), {"who": "function with hooks"})()
        name = base.__name__.removesuffix("Hook").lower()
        setattr(middleware, f"process_{name}", getattr(hook, f"process_{name}"))
    return middleware


class Unused(SyncCall):
    def __init__(self, get_response: SyncGet) -> None:
        raise MiddlewareNotUsed("not today")


class UnusedAsync(AsyncCall):
    def __init__(self, get_response: AsyncGet) -> None:
        raise MiddlewareNotUsed


@sync_only_middleware
def unused_function(get_response: SyncGet) -> SyncGet:
    raise MiddlewareNotUsed("neither")
