"""A project's receivers hear ``request_started`` and ``request_finished`` once, however it ends."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse
from django.urls import path
from pytest_django.fixtures import Settings

from django_adapter import MiddlewareRunner
from django_adapter.http import ASGIHandler
from tests.conftest import ScopeFactory
from tests.django_adapter.threads.conftest import MakeThreads
from tests.django_adapter.threads.leasing import all_back, event, until

pytestmark = pytest.mark.urls(__name__)

SYNC = "tests.django_adapter.threads.test_of_runs.notes_its_thread"
ENDS = ["succeeds", "uses a thread", "raises", "propagates", "cancelled", "cancelled in a thread"]
running = threading.Event()


async def view_that(end: str) -> HttpResponse:
    if "thread" in end:
        await sync_to_async(int)()
    running.set()
    if "cancelled" in end:
        await asyncio.sleep(60)
    if end in ("raises", "propagates"):
        raise LookupError(end)
    return HttpResponse(end)


async def page(request: HttpRequest, end: str) -> HttpResponse:
    return await view_that(end)


urlpatterns = [path("<end>/", page)]


@pytest.fixture(params=["sync", "async"])
def heard(request: pytest.FixtureRequest) -> Iterator[Counter[tuple[Any, ...]]]:
    """How often receivers of one kind heard each signal, and of whom."""
    counter: Counter[tuple[Any, ...]] = Counter()
    receivers: list[tuple[Any, Callable[..., Any]]] = []
    for signal, name in ((request_started, "started"), (request_finished, "finished")):
        receiver = sync_receiver if request.param == "sync" else async_receiver
        receivers.append((signal, receiver(counter, name)))
        signal.connect(receivers[-1][1])
    yield counter
    for signal, connected in receivers:
        signal.disconnect(connected)


def sync_receiver(counter: Counter[tuple[Any, ...]], name: str) -> Callable[..., None]:
    def receiver(sender: Any, **kwargs: Any) -> None:
        counter[name, "sync", sender] += 1

    return receiver


def async_receiver(counter: Counter[tuple[Any, ...]], name: str) -> Callable[..., Any]:
    async def receiver(sender: Any, **kwargs: Any) -> None:
        counter[name, "async", sender] += 1

    return receiver


def each_once(counter: Counter[tuple[Any, ...]], sender: type) -> bool:
    kinds = {kind for _, kind, _ in counter}
    once = {(name, kind, sender): 1 for name in ("started", "finished") for kind in kinds}
    return bool(kinds) and counter == once


@pytest.mark.parametrize("middleware", [[], [SYNC]])
@pytest.mark.parametrize("end", ENDS)
async def test_a_run_sends_each_once(
    settings: Settings,
    make_process_threads: MakeThreads,
    http_scope: ScopeFactory,
    heard: Counter[tuple[Any, ...]],
    end: str,
    middleware: list[str],
) -> None:
    settings.MIDDLEWARE = middleware
    settings.DEBUG_PROPAGATE_EXCEPTIONS = end == "propagates"
    threads = make_process_threads(2)
    running.clear()

    async def view(request: HttpRequest) -> HttpResponse:
        return await view_that(end)

    run = asyncio.create_task(MiddlewareRunner().run(event(http_scope()), view))
    await until(running.is_set)
    if "cancelled" in end:
        run.cancel()
    await asyncio.wait([run])
    assert run.cancelled() == ("cancelled" in end)
    assert run.cancelled() or (run.exception() is None) == (end in ENDS[:2])
    assert each_once(heard, MiddlewareRunner)
    await all_back(threads)


@pytest.mark.parametrize("end", ["succeeds", "uses a thread", "raises"])
async def test_a_request_sends_each_once(
    make_process_threads: MakeThreads,
    http_scope: ScopeFactory,
    heard: Counter[tuple[Any, ...]],
    end: str,
) -> None:
    threads = make_process_threads(2)
    server = ApplicationCommunicator(ASGIHandler(), http_scope(f"/{end}/", method="GET"))
    await server.send_input({"type": "http.request"})
    start = await server.receive_output(timeout=10)
    assert start["status"] == (500 if end == "raises" else 200)
    await server.wait(timeout=10)
    assert each_once(heard, ASGIHandler)
    await all_back(threads)


@pytest.mark.parametrize("end", ["cancelled", "cancelled in a thread"])
async def test_a_request_whose_client_goes_sends_each_once(
    make_process_threads: MakeThreads,
    http_scope: ScopeFactory,
    heard: Counter[tuple[Any, ...]],
    end: str,
) -> None:
    threads = make_process_threads(2)
    running.clear()
    server = ApplicationCommunicator(ASGIHandler(), http_scope(f"/{end}/", method="GET"))
    await server.send_input({"type": "http.request"})
    await until(running.is_set)
    await server.send_input({"type": "http.disconnect"})
    await server.wait(timeout=10)
    assert each_once(heard, ASGIHandler)
    await all_back(threads)


def test_a_run_under_async_to_sync_sends_each_once(
    http_scope: ScopeFactory, heard: Counter[tuple[Any, ...]]
) -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        return await view_that("uses a thread")

    async_to_sync(MiddlewareRunner().run)(event(http_scope()), view)
    assert each_once(heard, MiddlewareRunner)
