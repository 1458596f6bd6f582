"""A bounded pool of worker threads, leased to requests and events.

Each leases at most one thread, and none before it needs one: asgiref sends every thread-sensitive
call of a ``LeasedThread`` block to its lease. While all threads are busy, work waits its turn in
order. A lease that has nothing to do and no open transaction gives its thread up to who waits, so
that nobody who waits for something else with a thread in hand can keep the others from ending.

Database connections stay with their threads. Between leases they are checked as Django does
between requests, so that CONN_MAX_AGE and CONN_HEALTH_CHECKS mean what they mean there.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from queue import SimpleQueue
from time import perf_counter
from types import TracebackType
from typing import Any

from asgiref.sync import AsyncToSync, SyncToAsync, ThreadSensitiveContext

from django_adapter.conf import thread_count
from django_adapter.connections import has_open_transaction, tidy_after, tidy_before

logger = logging.getLogger("django_adapter")

LONG_WAIT = 0.5  # seconds that work may wait for a thread before a log says so

Jobs = SimpleQueue[Callable[[], None] | None]


@dataclass
class Counters:
    """How busy a pool is, and how much work had to wait: for how many seconds, and at most."""

    busy: int = 0
    waiting: int = 0
    waited: int = 0
    seconds_waited: float = 0.0
    longest_wait: float = 0.0


class Threads:
    """The pool: ``size`` threads, started when they are first needed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.counters = Counters()
        self.lock = threading.Lock()
        self.idle: dict[Lease, None] = {}  # in the order in which they became so
        self._executor = ThreadPoolExecutor(size, thread_name_prefix="django_adapter")

    def start(self, lease: Lease, jobs: Jobs) -> None:
        """Let ``lease`` have the next free thread for ``jobs``; called under the lock."""
        self.counters.waiting += 1
        since = perf_counter() if self._short() else None
        if since and self.idle:
            next(iter(self.idle)).give_up()
        self._executor.submit(self._serve, lease, jobs, since)

    def _short(self) -> bool:
        """Tell whether more threads are wanted than there are; called under the lock."""
        return self.counters.busy + self.counters.waiting > self.size

    def _serve(self, lease: Lease, jobs: Jobs, since: float | None) -> None:
        self._count(since)
        try:
            tidy_before()
            while (job := jobs.get()) is not None:
                job()
                del job
                self._note_idle(lease, jobs)
        finally:
            tidy_after()
            with self.lock:
                self.counters.busy -= 1

    def _note_idle(self, lease: Lease, jobs: Jobs) -> None:
        if not jobs.empty() or has_open_transaction():
            return
        with self.lock:
            if jobs is lease.jobs and jobs.empty():
                if self._short():
                    lease.give_up()
                else:
                    self.idle[lease] = None

    def _count(self, since: float | None) -> None:
        counters, seconds = self.counters, 0.0
        with self.lock:
            counters.waiting -= 1
            counters.busy += 1
            if since is not None:
                seconds = perf_counter() - since
                counters.waited += 1
                counters.seconds_waited += seconds
                counters.longest_wait = max(counters.longest_wait, seconds)
        if seconds > LONG_WAIT:
            text = "Work waited %.1f s for one of %d threads, and more waits: %d. See %s."
            setting = "DJANGO_ADAPTER_THREADS"
            logger.warning(text, seconds, self.size, counters.waiting, setting)


class Lease(Executor):
    """At most one thread at a time, for whom it is made for; an executor as asgiref wants one."""

    def __init__(self, threads: Threads) -> None:
        self.threads = threads
        self.used = self.released = False
        self.jobs: Jobs | None = None  # those of the thread it has

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call ``fn`` in the lease's thread, after what was submitted before."""
        future: Future[Any] = Future()
        with self.threads.lock:
            self.used = True
            self.threads.idle.pop(self, None)
            if self.jobs is None:
                self.jobs = SimpleQueue()
                self.threads.start(self, self.jobs)
            self.jobs.put(partial(run_job, future, fn, args, kwargs))
            if self.released:  # a task that outlives its request: a thread for this one call
                self.give_up()
        return future

    def give_up(self) -> None:
        """Return the thread once its jobs are done; called under the lock."""
        self.threads.idle.pop(self, None)
        if self.jobs is not None:
            self.jobs.put(None)
            self.jobs = None

    def release(self) -> None:
        """Return the thread, if there is one, and keep none for longer than a call from now on."""
        with self.threads.lock:
            self.released = True
            self.give_up()


def run_job(
    future: Future[Any], fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = fn(*args, **kwargs)
    except BaseException as error:  # whoever waits for the future gets it
        future.set_exception(error)
        del future  # else the error's traceback, and all it holds, stays until garbage is collected
    else:
        future.set_result(result)


@cache
def process_threads() -> Threads:
    """Return this process's one pool, with as many threads as the settings say."""
    return Threads(thread_count())


class LeasedThread:
    """An async block whose thread-sensitive work has a leased thread for itself.

    Under ``async_to_sync()`` the thread that waits there is used, as asgiref would, and nothing is
    leased: so it is in a test client, where the test's transaction belongs to that thread.
    """

    def __init__(self, threads: Threads | None = None) -> None:
        self.lease: Lease | None = None
        if getattr(AsyncToSync.executors, "current", None) is None:
            self.lease = Lease(threads or process_threads())
            self._context = ThreadSensitiveContext(executor=self.lease)

    async def __aenter__(self) -> Lease | None:
        if self.lease is not None:
            await self._context.__aenter__()  # type: ignore[no-untyped-call]
        return self.lease

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.lease is None:
            return
        # Not the context's own end: it would refuse a thread to tasks that outlive this block.
        assert self._context.token is not None
        SyncToAsync.thread_sensitive_context.reset(self._context.token)
        self.lease.release()
