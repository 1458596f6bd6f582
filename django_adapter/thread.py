"""Blocks of async code whose thread-sensitive work has one leased thread for itself."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar, copy_context
from types import TracebackType
from typing import Any

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

    async def __aenter__(self) -> Lease | None:
        self._token = current_lease.set(self.lease)
        if self.lease is not None:
            self._to_lease = leased.set(self.lease)
            self._to_context = SyncToAsync.thread_sensitive_context.set(context_of_leases())
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
        with suppress(ValueError):
            SyncToAsync.thread_sensitive_context.reset(self._to_context)
            leased.reset(self._to_lease)
        self.lease.release()


# The lease that thread-sensitive calls use in this context, and in tasks that outlive its block.
leased: ContextVar[Lease] = ContextVar("django_adapter.leased")


class LeaseOfContext(Executor):
    """Submits to the lease of the block that a call is made in."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return leased.get().submit(fn, *args, **kwargs)


@functools.cache
def context_of_leases() -> ThreadSensitiveContext:
    """Return asgiref's context of all blocks, entered for good.

    To make and enter one for each block would cost more than the lease itself.
    """
    context = ThreadSensitiveContext(executor=LeaseOfContext())
    with suppress(StopIteration):  # which is how a coroutine returns
        copy_context().run(context.__aenter__().send, None)  # type: ignore[no-untyped-call]
    return context


@asynccontextmanager
async def own_thread() -> AsyncIterator[None]:
    """Run thread-sensitive work of the block in a leased thread, as for a request of its own.

    While the block needs no thread and others wait for one, it has none.
    """
    async with LeasedThread(keeps=False):
        yield
