"""A call in the leased thread, as the task sees it that waits for it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from django_adapter.light_hop import Outcome, call_in_thread
from django_adapter.thread import LeasedThread


async def awaited(outcome: Outcome) -> object:
    return await outcome


async def test_the_thread_is_another_one_and_its_result_comes_back() -> None:
    async with LeasedThread():
        assert await call_in_thread(threading.get_ident) != threading.get_ident()


async def test_a_failure_is_raised() -> None:
    async with LeasedThread():
        with pytest.raises(ValueError, match="invalid literal"):
            await call_in_thread(int, "x")


async def test_one_cancelled_when_the_result_is_on_its_way_is_cancelled() -> None:
    outcome = Outcome(asyncio.get_running_loop())
    task = asyncio.create_task(awaited(outcome))
    await asyncio.sleep(0)
    outcome.set_result("too late")
    task.cancel("the reason")
    with pytest.raises(asyncio.CancelledError, match="the reason"):
        await task


async def test_nothing_is_told_to_one_who_was_cancelled() -> None:
    outcome = Outcome(asyncio.get_running_loop())
    task = asyncio.create_task(awaited(outcome))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert outcome.set_running_or_notify_cancel() is False
    outcome.set_result("nobody hears it")
    await asyncio.sleep(0)
