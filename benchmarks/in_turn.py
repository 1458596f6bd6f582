"""Call something a few times in a row, on this thread or in an event loop, and time one call.

A thread hop is counted where every way of making one has to pass: the event loop is woken from
another thread, or is told to run something in one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from operator import truediv
from statistics import median
from time import perf_counter_ns
from typing import Any

from benchmarks.harness import Spread

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


@dataclass(frozen=True)
class Timed:
    """What ``interleave`` found for one group: run by run and round by round, by what was asked."""

    keys: Sequence[Hashable]
    runs: Sequence[Sequence[Sequence[float]]]


def of_runs(groups: Iterable[Timed], figure: Callable[..., float], *keys: Hashable) -> list[float]:
    """Return a figure for each run: the median of those that its rounds give for ``keys``."""
    group = next(it for it in groups if all(key in it.keys for key in keys))
    at = [group.keys.index(key) for key in keys]
    return [median(figure(*map(took.__getitem__, at)) for took in run) for run in group.runs]


def ratio(groups: Iterable[Timed], one: Hashable, other: Hashable) -> Spread:
    return Spread.of(of_runs(groups, truediv, one, other))


class CountingLoop(asyncio.SelectorEventLoop):
    """An event loop that knows how often work went to another thread, and came back from one."""

    def __init__(self) -> None:
        super().__init__()
        self.went = self.came = 0

    def run_in_executor(self, *arguments: Any) -> Any:  # type: ignore[override]
        self.went += 1
        return super().run_in_executor(*arguments)

    def call_soon_threadsafe(self, *arguments: Any, **keywords: Any) -> Any:  # type: ignore[override]
        self.came += threading.get_ident() != self._thread_id  # type: ignore[attr-defined]
        return super().call_soon_threadsafe(*arguments, **keywords)


def hops(once: Callable[[], Awaitable[object]]) -> int:
    """Return how many thread hops one call takes, when it is not the first."""
    with closing(CountingLoop()) as loop:
        loop.run_until_complete(once())
        loop.went = loop.came = 0
        loop.run_until_complete(once())
        return max(loop.went, loop.came)
