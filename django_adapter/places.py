"""Let one coroutine run partly in the event loop and partly in a worker thread.

A chain of middleware is one piece of code, some of which may block and some of which awaits. It
says itself where it goes on, with ``await in_thread()`` and ``await on_loop()``, and whoever drives
it takes it there: the very same coroutine is continued by another thread, so that its locals, the
exception it is handling and its place in the code stay what they are. Asking for where it already
is costs next to nothing, and no hop is made before somebody asks for one.

Between ``in_thread()`` and ``on_loop()`` nothing may be awaited but coroutines that do the same.
"""

from __future__ import annotations

import asyncio
import threading
import types
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from inspect import CORO_CLOSED, getcoroutinestate
from typing import Any, TypeVar

from asgiref.sync import async_to_sync, sync_to_async

from django_adapter.lease import parked

T = TypeVar("T")
Work = Coroutine[Any, Any, T]

THREAD, LOOP = object(), object()


@types.coroutine
def in_thread() -> Generator[object, None, None]:
    """Go on in the request's worker thread, where code may block."""
    yield THREAD


@types.coroutine
def on_loop() -> Generator[object, None, None]:
    """Go on in the event loop, where code may await."""
    yield LOOP


@types.coroutine
def drive(work: Work[T]) -> Generator[Any, Any, T]:
    """Run ``work`` in the task that awaits this, but for the parts that ask for a thread.

    Returns what it returns and raises what it raises. When the task is cancelled during a hop, the
    thread is waited for, since it cannot be stopped, and ``work`` is cancelled after it.
    """
    go_on: Callable[[], Any] = partial(work.send, None)
    while True:
        try:
            asked = go_on()
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        go_on = partial(work.send, None)
        try:
            if asked is THREAD:
                left = yield from hop(work).__await__()
                if left is not LOOP:
                    return left.value  # type: ignore[no-any-return]
            elif asked is not LOOP:
                yield asked  # a future: the event loop's affair
        except BaseException as error:
            if getcoroutinestate(work) == CORO_CLOSED:
                raise
            go_on = partial(work.throw, error)


def drive_here(work: Work[T]) -> T:
    """Run ``work`` in this worker thread, which waits where ``work`` asks for the event loop."""
    left = Step(work)()
    if left is not LOOP:
        return left.value  # type: ignore[no-any-return]
    with parked():
        return async_to_sync(driven)(work)


async def driven(work: Work[T]) -> T:
    return await drive(work)


async def hop(work: Work[Any]) -> Any:
    """Go on with ``work`` in the request's thread; return LOOP, or the end it came to."""
    step = Step(work)
    try:
        return await take(step)
    except asyncio.CancelledError:
        step.left = True
        await step.over()
        raise


@sync_to_async  # once, since making one takes a tenth of a hop
def take(step: Step) -> Any:
    return step()


class Step:
    """What happens to a coroutine during one hop, of which others can wait for the end.

    Where nobody waits any more for its outcome, it ends when it asks for the thread again, as it
    would be cancelled at an await.
    """

    here = threading.local()  # here.step: the innermost one of this thread

    def __init__(self, work: Work[Any]) -> None:
        self.work, self.left = work, False
        self.future: Future[None] = Future()
        self.outer: Step | None = getattr(self.here, "step", None)

    @property
    def in_vain(self) -> bool:
        return self.left or (self.outer is not None and self.outer.in_vain)

    def __call__(self) -> Any:
        """Return LOOP where that is asked for, or the ``StopIteration`` of the coroutine's end."""
        if not self.future.set_running_or_notify_cancel():
            return LOOP
        self.here.step = self
        try:
            while (asked := self.work.send(None)) is THREAD and not self.in_vain:
                pass
            if asked is THREAD:
                asked = self.work.throw(asyncio.CancelledError())
        except StopIteration as end:
            return end
        finally:
            self.here.step = self.outer
            self.future.set_result(None)
        if asked is not LOOP:
            raise RuntimeError("Await on_loop() before what needs the event loop.")
        return LOOP

    async def over(self) -> None:
        """Wait until no thread is in the coroutine; one that has not begun never will."""
        if self.future.cancel():
            return
        ended = asyncio.wrap_future(self.future)
        while not ended.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([ended])
