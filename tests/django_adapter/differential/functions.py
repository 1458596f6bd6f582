"""Middleware written as a function, as Django's documentation prefers it."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.utils.decorators import (
    async_only_middleware,
    sync_and_async_middleware,
    sync_only_middleware,
)

from tests.django_adapter.differential.acts import act, leave
from tests.django_adapter.differential.calls import AsyncGet, SyncGet
from tests.django_adapter.differential.hooks import ExceptionHook, ViewHook


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


@sync_only_middleware
def unused_function(get_response: SyncGet) -> SyncGet:
    raise MiddlewareNotUsed("neither")
