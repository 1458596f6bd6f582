"""One plain call in the leased thread, at half of what ``sync_to_async()`` costs.

For our own calls, which need no more than that: a context of their own while they run, and the
changes to it afterwards. Unlike below ``sync_to_async()``, what is called finds no way back to this
event loop by ``async_to_sync()``; it would be given one of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any, TypeVar

# Not documented, but what sync_to_async() does before and after a call: only values that asgiref
# itself moves to another thread are visible there through a Local (the language, the time zone).
from asgiref.sync import AsyncToSync, _restore_context, sync_to_async

from django_adapter.lease import current_lease

T = TypeVar("T")


async def call_in_thread(function: Callable[..., T], *args: Any) -> T:
    """Call ``function`` in the thread of the request or event; return or raise what it does.

    Where nothing is leased, or the thread waits for us, this is ``sync_to_async()``.
    """
    lease = current_lease.get()
    if lease is None or lease.released or getattr(AsyncToSync.executors, "current", None):
        return await sync_to_async(function, thread_sensitive=True)(*args)
    context = copy_context()
    outcome = Outcome(asyncio.get_running_loop())
    lease.call(outcome, context.run, called_in, context, function, *args)
    try:
        return await outcome  # type: ignore[no-any-return]
    finally:
        _restore_context(context)


def called_in(context: Context, function: Callable[..., T], *args: Any) -> T:
    _restore_context(context)
    return function(*args)


class Outcome:
    """What a lease tells of a call, and what the task that made the call waits for.

    To asyncio it is a future (see ``asyncio.isfuture``), one that wakes its waiter as soon as the
    loop hears of it; ``asyncio.Future`` would let the loop go round once more. It is awaited once,
    before the loop can hear anything.
    """

    _asyncio_future_blocking = False

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.told = self.cancelled = False
        self._result: Any = None
        self._error: BaseException | None = None

    def __await__(self) -> Generator[Any, None, Any]:
        self._asyncio_future_blocking = True
        yield self
        return self.result()

    # What a task asks of a future, in the event loop.

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self.loop

    def add_done_callback(
        self, wake: Callable[[Outcome], object], *, context: Context | None = None
    ) -> None:
        self._wake, self._context = wake, context or copy_context()

    def cancel(self, msg: object = None) -> bool:
        if self.told or self.cancelled:
            return False
        self.cancelled = True
        error = asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg)
        self.loop.call_soon(self._end, None, error)
        return True

    def result(self) -> Any:
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # its traceback leads here again
        return self._result

    # What a lease tells, in its thread.

    def set_running_or_notify_cancel(self) -> bool:
        return not self.cancelled

    def set_result(self, result: object) -> None:
        self._tell(result, None)

    def set_exception(self, error: BaseException) -> None:
        self._tell(None, error)

    def _tell(self, result: object, error: BaseException | None) -> None:
        with suppress(RuntimeError):  # the loop has been closed: nobody waits
            self.loop.call_soon_threadsafe(self._settle, result, error)

    def _settle(self, result: object, error: BaseException | None) -> None:
        if not self.cancelled:
            self._end(result, error)

    def _end(self, result: object, error: BaseException | None) -> None:
        self.told, self._result, self._error = True, result, error
        self._context.run(self._wake, self)
