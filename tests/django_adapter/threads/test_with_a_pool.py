"""The threads over psycopg's own pool, which has fewer connections than there are threads."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.core.checks import run_checks

from benchmarks.postgres import Postgres
from django_adapter.threads import Threads
from tests.django_adapter import recording
from tests.django_adapter.threads.leasing import PATIENCE, all_back, until
from tests.django_adapter.threads.postgresql import (
    ALIAS,
    Configure,
    Run,
    all_serve,
    backend,
    left_in_transaction,
    lock_held,
    locked,
)

pytestmark = pytest.mark.urls(recording.__name__)

FOUR = 4


@pytest.fixture
def options() -> dict[str, Any]:
    pytest.importorskip("psycopg_pool")
    return {"pool": {"min_size": 1, "max_size": FOUR, "timeout": PATIENCE}}


def test_the_system_check_warns_of_it(
    configure: Configure, sixteen: Threads, options: dict[str, Any]
) -> None:
    configure(OPTIONS=options)
    [warning] = run_checks(tags=["django_adapter"])
    assert warning.id == "django_adapter.W001"
    assert f"{ALIAS!r} has {FOUR} connections for 16 threads" in warning.msg


async def test_threads_without_a_connection_wait_for_one(
    configure: Configure, postgres: Postgres, sixteen: Threads, run: Run, options: dict[str, Any]
) -> None:
    configure(OPTIONS=options)
    async with lock_held(postgres) as asking:
        runs = [run(locked) for _ in range(20)]
        await until(lambda: asking() == FOUR and sixteen.counters.busy == 16)
    await asyncio.gather(*runs)
    await all_back(sixteen)
    await all_serve(run, FOUR)


async def test_connections_are_given_back_to_the_pool(
    configure: Configure, sixteen: Threads, run: Run, options: dict[str, Any]
) -> None:
    configure(OPTIONS=options)
    used = {await run(backend) for _ in range(3 * FOUR)}
    assert len(used) <= FOUR
    await all_back(sixteen)


async def test_the_pool_gets_back_what_was_left_in_a_transaction(
    configure: Configure,
    sixteen: Threads,
    run: Run,
    options: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    configure(OPTIONS=options)
    for _ in range(3 * FOUR):
        await run(left_in_transaction)
    await all_serve(run, FOUR)
    await all_back(sixteen)
    reports = [record for record in caplog.records if record.name == "django_adapter"]
    assert len(reports) == 3 * FOUR
