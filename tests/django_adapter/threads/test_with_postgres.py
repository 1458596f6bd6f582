"""The threads with a real PostgreSQL: how many queries at once, and what survives its restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import Error, connections

from benchmarks.postgres import Postgres
from django_adapter import MiddlewareRunner
from django_adapter.threads import Threads
from tests.django_adapter import recording
from tests.django_adapter.threads.leasing import all_back, until
from tests.django_adapter.threads.postgresql import (
    ALIAS,
    IDLE_IN_TRANSACTION,
    KEPT,
    Configure,
    Run,
    all_serve,
    backend,
    left_in_transaction,
    lock_held,
    locked,
    locked_in_transaction,
    outside,
)

pytestmark = pytest.mark.urls(recording.__name__)


async def test_sixteen_queries_run_at_once_and_the_others_wait(
    configure: Configure, postgres: Postgres, sixteen: Threads, run: Run
) -> None:
    configure()
    async with lock_held(postgres) as asking:
        runs = [run(locked) for _ in range(20)]
        await until(lambda: asking() == 16 and sixteen.counters.waiting == 4)
        await asyncio.sleep(0.05)
        assert asking() == sixteen.counters.busy == 16
    await asyncio.gather(*runs)
    assert sixteen.counters.waited == 4
    await all_back(sixteen)


@pytest.mark.parametrize("query", [locked, locked_in_transaction])
async def test_cancelled_in_mid_query_they_give_everything_back(
    configure: Configure,
    postgres: Postgres,
    sixteen: Threads,
    run: Run,
    query: Callable[[], None],
) -> None:
    configure(CONN_MAX_AGE=None)
    finished: list[Any] = []

    def note(sender: Any, **kwargs: Any) -> None:
        finished.append(sender)

    request_finished.connect(note)
    try:
        async with lock_held(postgres) as asking:
            runs = [run(query) for _ in range(8)]
            await until(lambda: asking() == 8)
            for each in runs:
                each.cancel()
        await asyncio.wait(runs)
    finally:
        request_finished.disconnect(note)
    assert all(each.cancelled() for each in runs)
    assert finished == [MiddlewareRunner] * 8
    await all_back(sixteen)
    async with outside(postgres) as ask:
        await until(lambda: not ask(IDLE_IN_TRANSACTION))
    await all_serve(run)
    await all_back(sixteen)


@pytest.mark.parametrize("entries", [{"CONN_MAX_AGE": 0}, KEPT], ids=["age 0", "kept"])
async def test_after_a_restart_under_load_the_next_events_succeed(
    configure: Configure,
    postgres: Postgres,
    sixteen: Threads,
    run: Run,
    entries: dict[str, Any],
) -> None:
    configure(**entries)
    await all_serve(run)
    async with lock_held(postgres) as asking:
        runs = [run(locked) for _ in range(40)]
        await until(lambda: asking() == 16)
        await asyncio.to_thread(postgres.stop)
    outcomes = await asyncio.gather(*runs, return_exceptions=True)
    # An answer too: the lock's holder may have been the first whose connection was ended.
    assert all(isinstance(outcome, str | Error) for outcome in outcomes)
    await asyncio.to_thread(postgres.start)
    await all_serve(run)
    await all_back(sixteen)


async def test_a_transaction_left_open_ends_well_where_the_server_has_ended_it(
    configure: Configure,
    postgres: Postgres,
    sixteen: Threads,
    run: Run,
    caplog: pytest.LogCaptureFixture,
) -> None:
    configure(**KEPT)

    def leave() -> None:
        left_in_transaction()
        postgres.stop()
        postgres.start()

    await run(leave)
    await all_back(sixteen)
    await all_serve(run)
    [record] = [record for record in caplog.records if record.name == "django_adapter"]
    assert (record.levelno, record.exc_info) == (logging.ERROR, None)


async def test_health_is_checked_between_leases(configure: Configure, run: Run) -> None:
    configure(**KEPT)
    first, again = await run(backend), await run(backend)
    assert first == again
    await run(lambda: connections[ALIAS].connection.close())
    assert await run(backend) != first
