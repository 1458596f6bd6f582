"""Requests, views and middleware that are odd, one oddity at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils.decorators import async_only_middleware, sync_only_middleware

from django_adapter.http import ASGIHandler as OurHandler
from tests.django_adapter.differential import hooks
from tests.django_adapter.differential.asked import Asked
from tests.django_adapter.differential.exchanges import DjangoHandler, over_asgi
from tests.django_adapter.differential.middleware import OURS, USUAL
from tests.django_adapter.differential.trace import note

pytestmark = pytest.mark.usefixtures("its_settings")

AROUND = f"{hooks.__name__}.Around"
HERE = __name__


def sync_view(request: HttpRequest) -> HttpResponse:
    note(request, "view", "called")
    return HttpResponse("view")


def returns_coroutine(request: HttpRequest) -> Any:
    coroutine = asyncio.sleep(0)
    request.scope["trace"].append(("view", "coroutine"))
    coroutine.close()
    return coroutine


def is_cancelled(request: HttpRequest) -> HttpResponse:
    raise asyncio.CancelledError("by the view")


async def cancels_itself(request: HttpRequest) -> HttpResponse:
    raise asyncio.CancelledError("by the view")


async def gathers(request: HttpRequest) -> HttpResponse:
    """Work in threads and in the loop, all at once."""

    def in_thread(number: int) -> int:
        return async_to_sync(in_loop)(number) + 1

    async def in_loop(number: int) -> int:
        await asyncio.sleep(0)
        return number

    done = await asyncio.gather(*(sync_to_async(in_thread)(number) for number in range(5)))
    free = sync_to_async(in_thread, thread_sensitive=False)
    return HttpResponse(f"{done} {await asyncio.gather(*map(free, range(5)))}")


VIEWS: list[Callable[..., Any]] = [
    sync_view,
    returns_coroutine,
    is_cancelled,
    cancels_itself,
    gathers,
]
urlpatterns = [path(f"{view.__name__}/", view) for view in VIEWS]


@sync_only_middleware
def in_other_thread(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """Leaves the rest to a thread of its own, as one with a time limit may."""

    def middleware(request: HttpRequest) -> Any:
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(get_response, request).result()

    return middleware


@async_only_middleware
def asks_twice_at_once(get_response: Callable[..., Any]) -> Callable[..., Any]:
    async def middleware(request: HttpRequest) -> Any:
        responses = await asyncio.gather(get_response(request), get_response(request))
        return responses[0]

    return middleware


async def assert_same(asked: Asked) -> None:
    with override_settings(ROOT_URLCONF=HERE):
        ours, django = await over_asgi(asked, OurHandler), await over_asgi(asked, DjangoHandler)
    assert ours.differs_from(django) == []


@pytest.mark.parametrize("signals", [True, False])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", [b"a=\xff", b"a=%ff"])
async def test_a_query_that_is_no_text(query: bytes, method: str, signals: bool) -> None:
    await assert_same(Asked(USUAL, {}, "/sync_view/", method, query=query, signals=signals))


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
@pytest.mark.parametrize("kind", [None, *OURS], ids=lambda kind: str(kind).rpartition(".")[2])
async def test_a_view_that_is_odd(view: Callable[..., Any], kind: str | None) -> None:
    await assert_same(Asked([kind] if kind else [], {}, f"/{view.__name__}/"))


@pytest.mark.parametrize("front", [[], [AROUND], [f"{HERE}.in_other_thread"]], ids=str)
@pytest.mark.parametrize("behind", [[], [AROUND], USUAL], ids=len)
@pytest.mark.parametrize("view", [sync_view, gathers], ids=lambda view: view.__name__)
async def test_a_middleware_with_a_thread_of_its_own(
    view: Callable[..., Any], front: list[str], behind: list[str]
) -> None:
    stack = [*front, f"{HERE}.in_other_thread", *behind]
    await assert_same(Asked(stack, {}, f"/{view.__name__}/"))


@pytest.mark.parametrize("front", [[], [AROUND]], ids=len)
async def test_a_middleware_that_asks_twice_at_once(front: list[str]) -> None:
    await assert_same(Asked([*front, f"{HERE}.asks_twice_at_once"], {}, "/gathers/"))
