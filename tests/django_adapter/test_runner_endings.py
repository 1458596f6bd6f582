"""How a run of the chain ends: what is raised, what is sent, and what is left behind."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_only_middleware
from pytest_django.fixtures import Settings

from django_adapter import MiddlewareRunner, synthetic_request
from tests.conftest import ScopeFactory
from tests.django_adapter import recording

pytestmark = pytest.mark.urls(recording.__name__)


@sync_only_middleware
def tries_twice(get_response: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        return get_response(request) if response.status_code == 500 else response

    return middleware


def event(scope: dict[str, Any]) -> ASGIRequest:
    return synthetic_request(scope, path="/page/", csrf_proven=True)


@pytest.fixture
def finished() -> Iterator[list[Any]]:
    senders: list[Any] = []

    def note(sender: Any, **kwargs: Any) -> None:
        senders.append(sender)

    request_finished.connect(note)
    yield senders
    request_finished.disconnect(note)


async def test_an_exception_of_the_view_is_raised_again_after_the_chain_saw_it(
    settings: Settings, http_scope: ScopeFactory
) -> None:
    settings.MIDDLEWARE = [f"{recording.__name__}.Hooks"]
    scope = http_scope("/page/1/", plan={}, trace=[])
    error = LookupError("very own")

    async def view(request: HttpRequest) -> HttpResponse:
        raise error

    with pytest.raises(LookupError) as raised:
        await MiddlewareRunner().run(event(scope), view)
    assert raised.value is error
    assert ("hooks", "process_exception", None, repr(error)) in scope["trace"]
    assert scope["trace"][-1][:4] == ("hooks", "process_response", None, 500)


async def test_an_error_that_a_second_try_made_good_is_not_raised(
    settings: Settings, http_scope: ScopeFactory
) -> None:
    settings.MIDDLEWARE = [f"{__name__}.tries_twice"]
    errors = [LookupError("once")]

    async def view(request: HttpRequest) -> HttpResponse:
        if errors:
            raise errors.pop()
        return HttpResponse("twice")

    request = event(http_scope())
    assert (await MiddlewareRunner().run(request, view)).response.content == b"twice"


@pytest.mark.parametrize("end", ["cancelled", "raises", "propagates", "succeeds"])
async def test_request_finished_is_sent_once_however_the_view_ends(
    settings: Settings, http_scope: ScopeFactory, finished: list[Any], end: str
) -> None:
    settings.MIDDLEWARE = [f"{recording.__name__}.SyncCall"]
    settings.DEBUG_PROPAGATE_EXCEPTIONS = end == "propagates"
    reached = asyncio.Event()

    async def view(request: HttpRequest) -> HttpResponse:
        reached.set()
        if end == "cancelled":
            await asyncio.sleep(60)
        if end != "succeeds":
            raise LookupError
        return HttpResponse()

    scope = http_scope(plan={}, trace=[])
    run = asyncio.create_task(MiddlewareRunner().run(event(scope), view))
    await reached.wait()
    if end == "cancelled":
        run.cancel()
    await asyncio.wait([run], timeout=10)
    assert run.cancelled() == (end == "cancelled")
    assert run.cancelled() or isinstance(run.exception(), LookupError) == (end != "succeeds")
    assert finished == [MiddlewareRunner]
    assert ("sync call", "finally", None) in scope["trace"]


@pytest.mark.parametrize("signal", [request_started, request_finished])
async def test_nothing_of_a_run_is_kept_where_a_receiver_of_a_signal_fails(
    http_scope: ScopeFactory, signal: Any
) -> None:
    def fails(**kwargs: Any) -> None:
        raise LookupError("receiver")

    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    signal.connect(fails)
    try:
        with pytest.raises(LookupError, match="receiver"):
            await MiddlewareRunner().run(event(http_scope()), view)
    finally:
        signal.disconnect(fails)
    still_there = weakref.ref(view)
    del view
    async with asyncio.timeout(5):  # the event loop and the thread are about to let go of the error
        while still_there() is not None:
            await asyncio.sleep(0.01)
            gc.collect()
