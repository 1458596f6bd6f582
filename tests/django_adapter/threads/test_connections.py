"""What becomes of a thread's database connections between one lease and the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from pytest_django.fixtures import Settings

from django_adapter import MiddlewareRunner
from django_adapter.lease import Lease
from django_adapter.thread import LeasedThread
from django_adapter.threads import Threads
from tests.conftest import ScopeFactory
from tests.django_adapter import recording
from tests.django_adapter.threads.conftest import MakeThreads
from tests.django_adapter.threads.leasing import Held, all_back, event

pytestmark = [
    pytest.mark.urls(recording.__name__),
    pytest.mark.django_db(transaction=True),
]


def query() -> Any:
    """Use the connection, and return what the database's driver calls one."""
    connection.cursor().execute("SELECT 1")
    return connection.connection


async def leased(threads: Threads, function: Callable[[], Any]) -> Any:
    """Call ``function`` in a lease of its own, and wait until that has been tidied up."""
    async with LeasedThread(threads):
        result = await sync_to_async(function)()
    await all_back(threads)
    await asyncio.to_thread(int)
    return result


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change entries of ``DATABASES["default"]`` for connections that are yet to be opened."""

    def configure(**entries: Any) -> None:
        for name, value in entries.items():
            monkeypatch.setitem(connections.settings["default"], name, value)

    return configure


@pytest.mark.parametrize(("age", "kept"), [(0, False), (None, True), (600, True)])
async def test_a_connection_is_kept_for_the_next_lease_as_its_age_says(
    make_threads: MakeThreads, configure: Callable[..., None], age: int | None, kept: bool
) -> None:
    configure(CONN_MAX_AGE=age)
    threads = make_threads(1)
    first, second = await leased(threads, query), await leased(threads, query)
    assert (first is second) == kept


async def test_a_connection_stays_open_for_all_calls_of_a_lease(
    make_threads: MakeThreads, configure: Callable[..., None]
) -> None:
    configure(CONN_MAX_AGE=0)
    async with LeasedThread(make_threads(1)):
        assert await sync_to_async(query)() is await sync_to_async(query)()


async def test_no_connection_stays_open_after_the_lease(
    make_threads: MakeThreads, configure: Callable[..., None]
) -> None:
    configure(CONN_MAX_AGE=0)
    threads = make_threads(1)
    await leased(threads, query)
    assert await leased(threads, lambda: connection.connection) is None


def leave_atomic() -> None:
    transaction.atomic().__enter__()
    User.objects.create_user("never committed")


def leave_autocommit_off() -> None:
    transaction.set_autocommit(False)
    User.objects.create_user("never committed")


def leave_closed_in_atomic() -> None:
    leave_atomic()
    connection.close()


@pytest.mark.parametrize("age", [0, None])
@pytest.mark.parametrize("leave", [leave_atomic, leave_autocommit_off, leave_closed_in_atomic])
async def test_a_transaction_left_open_is_rolled_back_and_reported(
    settings: Settings,
    make_process_threads: MakeThreads,
    configure: Callable[..., None],
    http_scope: ScopeFactory,
    caplog: pytest.LogCaptureFixture,
    leave: Callable[[], None],
    age: int | None,
) -> None:
    configure(CONN_MAX_AGE=age)
    threads = make_process_threads(1)

    async def view(request: HttpRequest) -> HttpResponse:
        await sync_to_async(leave)()
        return HttpResponse()

    await MiddlewareRunner().run(event(http_scope()), view)
    assert await leased(threads, User.objects.count) == 0
    [record] = [record for record in caplog.records if record.name == "django_adapter"]
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith("A transaction on database 'default' was left open")
    await leased(threads, lambda: User.objects.create_user("committed"))
    assert await leased(threads, User.objects.count) == 1


async def test_a_transaction_is_not_ended_between_the_calls_of_a_lease(
    make_threads: MakeThreads,
) -> None:
    threads, atomic = make_threads(1), transaction.atomic()
    async with LeasedThread(threads):
        await sync_to_async(atomic.__enter__)()
        await sync_to_async(User.objects.create_user)("committed")
        await sync_to_async(atomic.__exit__)(None, None, None)
    assert await leased(threads, User.objects.count) == 1


async def test_a_job_after_a_cancelled_one_finds_its_connections_looked_after(
    make_threads: MakeThreads, settings: Settings
) -> None:
    settings.DEBUG = True  # so that queries are recorded

    def recorded() -> int:
        query()
        return len(connection.queries)

    threads = make_threads(1)
    first, second = Lease(threads), Lease(threads)
    assert await asyncio.wrap_future(first.submit(recorded)) == 1
    held = Held(first)
    await held.begun()
    assert second.submit(recorded).cancel()
    future = second.submit(recorded)
    first.release()
    await held.let_go()
    assert await asyncio.wrap_future(future) == 1
    second.release()
    await all_back(threads)
