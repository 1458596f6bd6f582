"""What a run of the chain leases: nothing, or one thread, and what comes after the run."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_only_middleware
from pytest_django.fixtures import Settings

from django_adapter import MiddlewareRunner
from django_adapter.thread import LeasedThread
from django_adapter.threads import Counters, process_threads
from tests.conftest import ScopeFactory
from tests.django_adapter import recording
from tests.django_adapter.threads.conftest import MakeThreads
from tests.django_adapter.threads.leasing import all_back, done, event, in_thread, workers

pytestmark = pytest.mark.urls(recording.__name__)

SYNC = f"{__name__}.notes_its_thread"
noted: list[int] = []


@sync_only_middleware
def notes_its_thread(get_response: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        noted.append(threading.get_ident())
        response = get_response(request)
        noted.append(threading.get_ident())
        return response

    return middleware


async def test_an_anonymous_event_under_the_default_middleware_leases_nothing(
    make_process_threads: MakeThreads, http_scope: ScopeFactory
) -> None:
    threads, before = make_process_threads(2), workers()
    response = (await MiddlewareRunner().run(event(http_scope()), done)).response
    assert (response.status_code, response.content) == (200, b"done")
    assert threads.counters == Counters()
    assert workers() <= before


@pytest.mark.parametrize("middleware", [[], [SYNC]])
async def test_a_run_has_one_lease_and_one_thread(
    settings: Settings,
    make_process_threads: MakeThreads,
    http_scope: ScopeFactory,
    middleware: list[str],
) -> None:
    settings.MIDDLEWARE = middleware
    threads = make_process_threads(4)
    noted.clear()

    async def view(request: HttpRequest) -> HttpResponse:
        for _ in range(3):
            noted.append(await sync_to_async(threading.get_ident)())
            assert threads.counters.busy == 1
        return HttpResponse()

    await MiddlewareRunner().run(event(http_scope()), view)
    await all_back(threads)
    assert len(noted) == 3 + 2 * len(middleware)
    assert len(set(noted)) == 1
    assert noted[0] != threading.get_ident()


async def test_a_task_that_outlives_its_run_still_finds_a_thread(
    make_process_threads: MakeThreads, http_scope: ScopeFactory
) -> None:
    threads, over = make_process_threads(1), asyncio.Event()
    tasks: list[asyncio.Task[str]] = []

    async def later() -> str:
        await over.wait()
        return await sync_to_async(lambda: threading.current_thread().name)()

    async def view(request: HttpRequest) -> HttpResponse:
        await sync_to_async(int)()
        tasks.append(asyncio.create_task(later()))
        return HttpResponse()

    await MiddlewareRunner().run(event(http_scope()), view)
    await all_back(threads)
    over.set()
    assert (await tasks[0]).startswith("django_adapter-")
    await all_back(threads)


@pytest.fixture
async def begun_block(make_threads: MakeThreads) -> Any:
    """A block with a thread, begun in one task, so that another one has to end it."""
    threads = make_threads(1)

    async def block() -> AsyncIterator[int]:
        async with LeasedThread(threads):
            yield await sync_to_async(threading.get_ident)()

    generator = block()
    await asyncio.create_task(anext(generator))
    assert threads.counters.busy == 1
    return threads, generator


async def test_a_block_that_ends_in_another_context_gives_its_thread_back(
    begun_block: Any,
) -> None:
    threads, generator = begun_block
    await generator.aclose()
    await all_back(threads)


def test_under_async_to_sync_the_callers_thread_is_used(
    make_process_threads: MakeThreads, http_scope: ScopeFactory
) -> None:
    threads = make_process_threads(2)
    view = in_thread(threading.get_ident)
    run = async_to_sync(MiddlewareRunner().run)(event(http_scope()), view)
    assert int(run.response.content) == threading.get_ident()
    assert threads.counters == Counters()


@pytest.mark.parametrize("middleware", [[], [SYNC]])
def test_under_async_to_sync_the_callers_transaction_is_seen_and_goes_on(
    db: None, settings: Settings, http_scope: ScopeFactory, middleware: list[str]
) -> None:
    settings.MIDDLEWARE = middleware
    users = get_user_model().objects
    with transaction.atomic():
        users.create_user("uncommitted")
        for _ in range(2):
            run = async_to_sync(MiddlewareRunner().run)(event(http_scope()), in_thread(users.count))
            assert run.response.content == b"1"
        assert users.count() == 1


@pytest.mark.parametrize("count", [0, -1, 1001, "16", 16.0, True, None])
def test_a_number_of_threads_out_of_range_is_refused_by_name(
    settings: Settings, count: object
) -> None:
    settings.DJANGO_ADAPTER_THREADS = count
    process_threads.cache_clear()
    with pytest.raises(ImproperlyConfigured, match=r"DJANGO_ADAPTER_THREADS .* 1 to 1000"):
        process_threads()
    del settings.DJANGO_ADAPTER_THREADS
