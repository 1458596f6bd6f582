"""Who gets a thread of a pool, when, and for how long."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import count

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from django_adapter.lease import Lease
from django_adapter.light_hop import call_in_thread
from django_adapter.thread import LeasedThread
from django_adapter.threads import Counters, Threads
from tests.django_adapter.threads.conftest import MakeThreads
from tests.django_adapter.threads.leasing import (
    PATIENCE,
    Held,
    all_back,
    thread_of,
    until,
    workers,
)


async def test_a_lease_without_work_has_no_thread(make_threads: MakeThreads) -> None:
    threads, before = make_threads(2), workers()
    async with LeasedThread(threads) as lease:
        assert lease is not None
        assert not lease.used
    assert threads.counters == Counters()
    assert workers() <= before


async def test_all_calls_of_a_block_share_a_thread_and_those_of_others_do_not(
    make_threads: MakeThreads,
) -> None:
    threads, meeting = make_threads(4), asyncio.Barrier(3)

    async def block() -> set[int]:
        async with LeasedThread(threads):
            calls = [sync_to_async(threading.get_ident)() for _ in range(5)]
            idents = set(await asyncio.gather(*calls))
            await meeting.wait()
            assert threads.counters.busy == 3
            return idents | {await sync_to_async(threading.get_ident)()}

    found = await asyncio.gather(block(), block(), block())
    assert [len(idents) for idents in found] == [1, 1, 1]
    assert len(set.union(*found)) == 3
    await all_back(threads)


async def test_who_waits_is_served_in_order(make_threads: MakeThreads) -> None:
    threads, served = make_threads(1), list[int]()
    held = Held(first := Lease(threads))
    await held.begun()
    leases = [Lease(threads) for _ in range(8)]
    futures = [lease.submit(served.append, at) for at, lease in enumerate(leases)]
    assert threads.counters.waiting == 8
    for lease in (first, *leases):
        lease.release()
    await held.let_go()
    await asyncio.gather(*map(asyncio.wrap_future, futures))
    assert served == list(range(8))
    await all_back(threads)


async def test_a_lease_that_keeps_nothing_gives_its_thread_to_who_waits_already(
    make_threads: MakeThreads,
) -> None:
    threads = make_threads(1)
    held, waiting = Held(lease := Lease(threads, keeps=False)), Lease(threads)
    await held.begun()
    future = waiting.submit(threading.get_ident)
    assert await held.let_go() == await asyncio.wrap_future(future)
    waiting.release()
    assert await thread_of(lease) > 0  # a thread again, whichever
    lease.release()
    await all_back(threads)


async def test_a_lease_that_keeps_nothing_gives_its_idle_thread_up_where_there_is_no_other(
    make_threads: MakeThreads,
) -> None:
    threads = make_threads(1)
    gives = Lease(threads, keeps=False)
    kept = [Lease(threads) for _ in range(3)]
    idle = [await thread_of(lease) for lease in (*kept, gives)]
    assert len(set(idle)) == len(idle)
    late = Lease(threads)
    assert await thread_of(late) == idle[-1]
    for lease in (gives, late, *kept):
        lease.release()
    await all_back(threads)


async def test_a_lease_that_keeps_its_thread_lets_others_work_meanwhile(
    make_threads: MakeThreads,
) -> None:
    threads = make_threads(1)
    kept = Lease(threads)
    first = await thread_of(kept)
    other = Lease(threads)
    assert await thread_of(other) != first
    assert await thread_of(kept) == first
    kept.release()
    other.release()
    await all_back(threads)


@pytest.fixture
async def in_transaction(
    make_threads: MakeThreads, transactional_db: None
) -> AsyncIterator[tuple[Threads, Lease, transaction.Atomic]]:
    threads, atomic = make_threads(1), transaction.atomic()
    lease = Lease(threads, keeps=False)
    await asyncio.wrap_future(lease.submit(atomic.__enter__))
    yield threads, lease, atomic
    lease.release()
    await all_back(threads)


async def test_an_open_transaction_keeps_its_thread_from_who_waits(
    in_transaction: tuple[Threads, Lease, transaction.Atomic],
) -> None:
    threads, lease, atomic = in_transaction
    first = await thread_of(lease)
    waiting = Lease(threads)
    future = waiting.submit(threading.get_ident)
    assert await thread_of(lease) == first
    assert (threads.counters.waiting, future.done()) == (1, False)
    await asyncio.wrap_future(lease.submit(atomic.__exit__, None, None, None))
    assert await asyncio.wrap_future(future) == first
    waiting.release()


async def test_a_released_thread_is_free_when_its_job_ends(make_threads: MakeThreads) -> None:
    threads = make_threads(1)
    held, waiting = Held(lease := Lease(threads)), Lease(threads)
    await held.begun()
    lease.release()
    future = waiting.submit(threading.get_ident)
    assert (threads.counters.busy, threads.counters.waiting, future.done()) == (1, 1, False)
    assert await held.let_go() == await asyncio.wrap_future(future)
    waiting.release()
    await all_back(threads)


async def test_no_more_than_its_size_are_at_work(make_threads: MakeThreads) -> None:
    threads, meeting = make_threads(3), threading.Barrier(3)
    numbers, lock, at_work, most = count(), threading.Lock(), 0, 0

    def job() -> None:
        nonlocal at_work, most
        with lock:
            at_work, most = at_work + 1, max(most, at_work + 1)
        meeting.wait(PATIENCE)  # so that fewer than three would never end
        next(numbers)
        with lock:
            at_work -= 1

    async with AsyncExitStack() as ends:
        leases = [Lease(threads) for _ in range(12)]
        for lease in leases:
            ends.callback(lease.release)
        await asyncio.gather(*(asyncio.wrap_future(lease.submit(job)) for lease in leases))
    assert (most, next(numbers)) == (3, 12)
    await until(lambda: not threads.short)
    await all_back(threads)


@pytest.mark.parametrize("by_us", [True, False])
async def test_many_that_wait_for_something_else_keep_nobody_from_working(
    make_threads: MakeThreads, by_us: bool
) -> None:
    """A chat of a hundred tabs, each with an answer under way that takes minutes."""
    threads, before, gate = make_threads(2), workers(), asyncio.Event()

    async def tab() -> None:
        async with LeasedThread(threads):
            await (call_in_thread(int) if by_us else sync_to_async(int)())
            waiting.append(tab)
            await gate.wait()

    waiting: list[object] = []
    tabs = [asyncio.create_task(tab()) for _ in range(100)]
    await until(lambda: len(waiting) == 100)
    async with asyncio.timeout(PATIENCE), LeasedThread(threads):
        assert await sync_to_async(int)() == 0
    assert len(workers() - before) == (2 if by_us else 101)
    gate.set()
    await asyncio.gather(*tabs)
    await all_back(threads)
    await until(lambda: len(workers() - before) == 2)
