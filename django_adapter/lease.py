"""A request's or event's claim to a worker thread, as an executor for asgiref."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import partial
from typing import Any, Protocol

from django_adapter.connections import left_by_work, tidy_after, tidy_before
from django_adapter.threads import Job, Threads, Worker


class Outcome(Protocol):
    """What a call is reported to; ``concurrent.futures.Future`` is one."""

    def set_running_or_notify_cancel(self) -> bool: ...
    def set_result(self, result: Any, /) -> None: ...
    def set_exception(self, error: BaseException, /) -> None: ...


class Lease(Executor):
    """One thread for one request or event; an executor as asgiref wants one.

    Between calls the thread is given up where others wait for one, as long as nothing but ``call``
    was used: what is submitted may leave things in its thread, except with ``keeps=False``.
    """

    def __init__(self, threads: Threads, keeps: bool = True) -> None:
        self.threads = threads
        self._keeps, self._may_keep = False, keeps
        self.used = self.released = False
        self.since = self.waited = 0.0  # when it began to wait, and the seconds that it did
        self._worker: Worker | None = None
        self._fresh = self._untidy = False
        self._open_jobs = 0
        self._pending: list[Job] = []  # until there is a thread

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call ``fn`` in the lease's thread, after what was submitted before."""
        future: Future[Any] = Future()
        self._keeps = self._may_keep
        self.call(future, fn, *args, **kwargs)
        return future

    def call(self, outcome: Outcome, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> None:
        """As ``submit``, for ``fn`` of ours, which leaves nothing in its thread."""
        job = partial(self._run, outcome, fn, args, kwargs)
        with self.threads.lock:
            self.used = True
            self._open_jobs += 1
            self.threads.idle.pop(self, None)
            if self._worker is not None:
                self._worker.inbox.put(job)
            else:
                self._pending.append(job)
                if len(self._pending) == 1:
                    self.threads.find_for(self)

    def take(self, worker: Worker) -> None:
        """Go on with ``worker``; called under the lock."""
        self._worker, self._fresh = worker, True
        for job in self._pending:
            worker.inbox.put(job)
        self._pending.clear()

    def give_up(self) -> None:
        """Return the thread, which has nothing to do; called under the lock."""
        self.threads.idle.pop(self, None)
        if self._worker is not None:
            worker, self._worker = self._worker, None
            if self._untidy:
                worker.inbox.put(tidy_after)
            self.threads.take_back(worker)

    def release(self) -> None:
        """Return the thread, if there is one, and keep none for longer than a call from now on."""
        self.released = True
        if self.used:
            with self.threads.lock:
                if not self._open_jobs:
                    self._end()

    def _run(self, outcome: Outcome, fn: Any, args: Any, kwargs: Any) -> None:
        settle = called(outcome, partial(self._begun, fn) if self._fresh else fn, args, kwargs)
        self._done()
        settle()

    def _begun(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        self._fresh = False
        self.threads.complain(self.waited)
        tidy_before()
        return fn(*args, **kwargs)

    def _end(self) -> None:
        self.give_up()
        self.threads.trim()

    @property
    def at_work(self) -> bool:
        return self._open_jobs > 0

    @property
    def dispensable(self) -> bool:
        """Whether its thread could go to somebody else now."""
        return not self._keeps and not self._open_jobs

    @contextmanager
    def parked(self) -> Iterator[None]:
        """Say of this thread, which is the lease's, that it only waits during the block."""
        with self.threads.lock:
            self.threads.idle[self] = None
            self.threads.serve_waiting()
        try:
            yield
        finally:
            with self.threads.lock:
                self.threads.idle.pop(self, None)

    def _done(self) -> None:
        in_transaction, self._untidy = left_by_work()
        with self.threads.lock:
            self._open_jobs -= 1
            if self._open_jobs:
                return
            if self.released:
                self._end()
            elif not in_transaction:
                self._rest()

    def _rest(self) -> None:
        if not self._keeps and self.threads.short:
            self.give_up()
        else:
            self.threads.idle[self] = None
            self.threads.serve_waiting()


def called(future: Outcome, fn: Any, args: Any, kwargs: Any) -> Callable[[], object]:
    """Call ``fn`` unless nobody waits for it any more; return what tells ``future`` the outcome."""
    if not future.set_running_or_notify_cancel():
        return bool
    try:
        return partial(future.set_result, fn(*args, **kwargs))
    except BaseException as error:  # whoever waits for the future gets it
        return partial(future.set_exception, error)


def parked() -> AbstractContextManager[None]:
    """Say that the current thread waits for the event loop during the block."""
    lease = current_lease.get()
    return nullcontext() if lease is None else lease.parked()


# The lease of the request or event that runs in this context.
current_lease: ContextVar[Lease | None] = ContextVar("django_adapter.current_lease", default=None)
