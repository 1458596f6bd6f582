"""Blocks of async code whose thread-sensitive work has one leased thread for itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType

from asgiref.sync import AsyncToSync, SyncToAsync, ThreadSensitiveContext

from django_adapter.lease import Lease, current_lease
from django_adapter.threads import Threads, process_threads


class LeasedThread:
    """Gives its block a lease that asgiref uses for every thread-sensitive call.

    Under ``async_to_sync()`` the thread that waits there is used, as asgiref would, and nothing is
    leased: so it is in a test client, where the test's transaction belongs to that thread.
    """

    def __init__(self, threads: Threads | None = None, keeps: bool = True) -> None:
        self.lease: Lease | None = None
        if getattr(AsyncToSync.executors, "current", None) is None:
            self.lease = Lease(threads or process_threads(), keeps)
            self._context = ThreadSensitiveContext(executor=self.lease)

    async def __aenter__(self) -> Lease | None:
        if self.lease is not None:
            await self._context.__aenter__()  # type: ignore[no-untyped-call]
        self._token = current_lease.set(self.lease)
        return self.lease

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(ValueError):  # the block ends elsewhere, as an abandoned generator's does
            current_lease.reset(self._token)
        if self.lease is None:
            return
        # Not the context's own end: it would refuse a thread to tasks that outlive this block.
        assert self._context.token is not None
        with suppress(ValueError):
            SyncToAsync.thread_sensitive_context.reset(self._context.token)
        self.lease.release()


@asynccontextmanager
async def own_thread() -> AsyncIterator[None]:
    """Run thread-sensitive work of the block in a leased thread, as for a request of its own.

    While the block needs no thread and others wait for one, it has none.
    """
    async with LeasedThread(keeps=False):
        yield
