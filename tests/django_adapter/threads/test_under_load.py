"""Leases of every kind, many more than threads, some of them cancelled: nothing is lost."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Coroutine
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from django_adapter.lease import Lease
from django_adapter.thread import LeasedThread
from django_adapter.threads import Threads
from tests.django_adapter.threads.conftest import MakeThreads
from tests.django_adapter.threads.leasing import PATIENCE, Held, all_back, until, workers


class Load:
    """Blocks that do what chance has them do; the same again with the same seed."""

    def __init__(self, threads: Threads, seed: int) -> None:
        self.threads, self.chance = threads, random.Random(seed)
        self.tasks: list[asyncio.Task[None]] = []

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.tasks.append(asyncio.create_task(work))
        return self.tasks[-1]

    async def block(self) -> None:
        async with LeasedThread(self.threads, keeps=self.chance.random() < 0.5):
            for _ in range(self.chance.randrange(4)):
                await self.something()

    async def something(self) -> None:
        what = self.chance.randrange(5)
        if what == 0:
            await asyncio.sleep(self.chance.random() * 0.01)
        elif what == 1:
            await asyncio.gather(*(sync_to_async(time.sleep)(0) for _ in range(3)))
        elif what == 2:
            self.start(self.later())
        else:
            await sync_to_async(time.sleep)(self.chance.random() * 0.005)

    async def later(self) -> None:
        await asyncio.sleep(self.chance.random() * 0.02)
        await sync_to_async(time.sleep)(0)


@pytest.mark.parametrize("size", [1, 3, 8])
async def test_no_thread_and_no_work_is_lost(make_threads: MakeThreads, size: int) -> None:
    load = Load(threads := make_threads(size), seed=size)
    loop = asyncio.get_running_loop()
    for _ in range(200):
        block = load.start(load.block())
        if load.chance.random() < 0.2:
            loop.call_later(load.chance.random() * 0.02, block.cancel)
        await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        while running := [task for task in load.tasks if not task.done()]:
            await asyncio.wait(running)
    assert all(task.cancelled() or task.exception() is None for task in load.tasks)
    await all_back(threads)
    assert (threads.counters.waiting, len(threads.idle)) == (0, 0)
    leases = [Lease(threads) for _ in range(size)]
    held = [Held(lease) for lease in leases]
    for each in held:
        await each.begun()
    for each, lease in zip(held, leases, strict=True):
        lease.release()
        await each.let_go()
    await all_back(threads)


async def test_who_is_cancelled_while_waiting_takes_nobodys_turn(
    make_threads: MakeThreads,
) -> None:
    threads, called = make_threads(1), list[str]()
    held = Held(first := Lease(threads))
    await held.begun()

    async def block(name: str) -> None:
        async with LeasedThread(threads):
            await sync_to_async(called.append)(name)

    gives_up, waits = asyncio.create_task(block("gone")), asyncio.create_task(block("here"))
    await until(lambda: threads.counters.waiting == 2)
    gives_up.cancel()
    await asyncio.wait([gives_up])
    assert gives_up.cancelled()
    first.release()
    await held.let_go()
    await waits
    assert called == ["here"]
    await all_back(threads)
    assert threads.counters.waiting == 0


def test_threads_end_with_their_pool(make_threads: MakeThreads) -> None:
    threads, before = make_threads(2), workers()
    lease = Lease(threads)
    assert lease.submit(int).result(PATIENCE) == 0
    assert len(workers() - before) == 1
    lease.release()
    threads.close()
    assert workers() <= before
