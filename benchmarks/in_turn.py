"""Call something a few times in a row, on this thread or in an event loop, and time one call.

A thread hop is counted where every way of making one has to pass: the event loop is woken from
another thread, or is told to run something in one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from contextvars import Context
from time import perf_counter_ns
from typing import Any

# Nanoseconds that a batch may take, so that the slowest do not part the others of their round.
LONGEST, CALLS = 2_000_000, 16


class OnThread:
    """Time a synchronous function on this thread, where no event loop runs."""

    def __init__(self, once: Callable[[], object]) -> None:
        self.once, self.calls = once, 0

    def __call__(self) -> float:
        self.once()  # back into the caches
        self.calls = self.calls or calls_for(self._time(1))
        return self._time(self.calls)

    def _time(self, calls: int) -> float:
        start = perf_counter_ns()
        for _ in range(calls):
            self.once()
        return (perf_counter_ns() - start) / calls


class InLoop:
    """Time an async function inside a running event loop, one call after the other."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, once: Callable[[], Awaitable[object]]
    ) -> None:
        self.loop, self.once, self.calls = loop, once, 0

    def __call__(self) -> float:
        return self.loop.run_until_complete(self._time_all())

    async def _time_all(self) -> float:
        await self.once()  # back into the caches
        self.calls = self.calls or calls_for(await self._time(1))
        return await self._time(self.calls)

    async def _time(self, calls: int) -> float:
        start = perf_counter_ns()
        for _ in range(calls):
            await self.once()
        return (perf_counter_ns() - start) / calls


def calls_for(took: float) -> int:
    return max(1, min(CALLS, int(LONGEST / took)))


class CountingLoop(asyncio.SelectorEventLoop):
    """An event loop that knows how often work went to another thread, and came back from one."""

    def __init__(self) -> None:
        super().__init__()
        self.went = self.came = 0

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        self.went += 1
        return super().run_in_executor(executor, func, *args)

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        self.came += threading.get_ident() != self._thread_id  # type: ignore[attr-defined]
        return super().call_soon_threadsafe(callback, *args, context=context)


def hops(once: Callable[[], Awaitable[object]]) -> int:
    """Return how many thread hops one call takes, when it is not the first."""
    with closing(CountingLoop()) as loop:
        loop.run_until_complete(once())
        loop.went = loop.came = 0
        loop.run_until_complete(once())
        return max(loop.went, loop.came)
