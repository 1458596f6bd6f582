"""How a pool tells that its threads are too few."""

from __future__ import annotations

import asyncio
import logging

import pytest

from django_adapter import threads as threads_module
from django_adapter.lease import Lease
from tests.django_adapter.threads.conftest import MakeThreads
from tests.django_adapter.threads.leasing import Held, all_back


async def test_waiting_is_counted(make_threads: MakeThreads) -> None:
    threads = make_threads(1)
    held, waiting = Held(first := Lease(threads)), Lease(threads)
    await held.begun()
    future = waiting.submit(int)
    assert (threads.counters.busy, threads.counters.waiting, threads.counters.waited) == (1, 1, 0)
    first.release()
    waiting.release()
    await held.let_go()
    await asyncio.wrap_future(future)
    await all_back(threads)
    counters = threads.counters
    assert (counters.waiting, counters.waited) == (0, 1)
    assert 0 < counters.longest_wait == counters.seconds_waited


@pytest.mark.parametrize(("long", "logged"), [(0.0, 1), (3600.0, 0)])
async def test_a_long_wait_is_logged_with_the_setting(
    make_threads: MakeThreads,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    long: float,
    logged: int,
) -> None:
    monkeypatch.setattr(threads_module, "LONG_WAIT", long)
    threads = make_threads(1)
    held, waiting = Held(first := Lease(threads)), Lease(threads)
    await held.begun()
    future = waiting.submit(int)
    first.release()
    waiting.release()
    await held.let_go()
    await asyncio.wrap_future(future)
    records = [record for record in caplog.records if record.name == "django_adapter"]
    assert [record.levelno for record in records] == [logging.WARNING] * logged
    assert all("DJANGO_ADAPTER_THREADS" in record.getMessage() for record in records)
