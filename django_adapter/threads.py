"""A bounded pool of worker threads, leased to requests and events.

A lease has at most one thread, none before it needs one, and the same one to its end once code of
the project has run in it, since that may keep things there. While all are at work, leases wait
their turn in order. A thread whose lease waits for something else does not count: it goes to who
waits, if it may, or another one is started in its place, so that nobody who waits with a thread in
hand keeps the others from ending.

Database connections stay with their threads. Between leases they are checked as Django does
between requests, so that CONN_MAX_AGE and CONN_HEALTH_CHECKS mean what they mean there.
"""

from __future__ import annotations

import atexit
import itertools
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from queue import SimpleQueue
from time import perf_counter
from typing import TYPE_CHECKING

from django_adapter.conf import thread_count
from django_adapter.connections import tidy_after

if TYPE_CHECKING:
    from django_adapter.lease import Lease

logger = logging.getLogger("django_adapter")

LONG_WAIT = 0.5  # seconds that work may wait for a thread before a log says so
MOST = 1000  # threads in all, where those that are not at work are held by leases that keep them
GRACE = 0.05  # seconds that work waits for such a lease to end before another thread is started
LAST_WORDS = 5.0  # seconds that threads get at the end of the process to finish what they do

Job = Callable[[], None]
numbers = itertools.count()


@dataclass
class Counters:
    """How busy a pool is, and how often work had to wait: for how many seconds, and at most."""

    busy: int = 0
    waiting: int = 0
    waited: int = 0
    seconds_waited: float = 0.0
    longest_wait: float = 0.0


class Worker:
    """One thread, and what it is to do in turn."""

    def __init__(self) -> None:
        self.inbox: SimpleQueue[Job | None] = SimpleQueue()
        name = f"django_adapter-{next(numbers)}"
        self.thread = threading.Thread(target=self._work, name=name, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        while (job := self.inbox.get()) is not None:
            try:
                job()
            except Exception:
                logger.exception("A job of a worker thread failed")
            del job  # else it lives until the next one comes
        tidy_after(at_the_end=True)


class Threads:
    """The pool: up to ``size`` threads at work, each started when it is first needed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.counters = Counters()
        self.lock = threading.Lock()
        self.idle: dict[Lease, None] = {}  # with a thread that they do not need now
        self._workers: set[Worker] = set()
        self._free: list[Worker] = []
        self._waiting: deque[Lease] = deque()
        self._complained = 0.0
        self._looking = False

    # All but _look(), complain() and close() are called under the lock.

    def find_for(self, lease: Lease) -> None:
        """Let ``lease`` have a thread, now or in its turn."""
        if not self._free and len(self._workers) >= self.size:
            other = next((each for each in self.idle if each.dispensable), None)
            if other is not None:
                other.give_up()
        if not self._waiting and self._may_lend():
            self._lend(lease)
        else:
            lease.since = perf_counter()
            self._waiting.append(lease)
            self.counters.waiting += 1
            self._look_again()

    def take_back(self, worker: Worker) -> None:
        self.counters.busy -= 1
        self._free.append(worker)
        self.serve_waiting()

    def trim(self) -> None:
        """End threads that nobody has any more, where there are more than are to be at work."""
        while self._free and len(self._workers) > self.size:
            surplus = self._free.pop(0)
            self._workers.remove(surplus)
            surplus.inbox.put(None)

    def serve_waiting(self) -> None:
        """Go on with who waits, after a thread came back or its lease has nothing to do."""
        while self._waiting:
            lease = self._waiting[0]
            lease.waited = perf_counter() - lease.since
            if not self._may_lend(grow=lease.waited >= GRACE):
                break
            self._waiting.popleft()
            self.counters.waiting -= 1
            self._note_wait(lease.waited)
            self._lend(lease)

    def _look_again(self) -> None:
        if self._waiting and not self._looking:
            self._looking = True
            timer = threading.Timer(GRACE, self._look)
            timer.daemon = True
            timer.start()

    def _look(self) -> None:
        with self.lock:
            self._looking = False
            self.serve_waiting()
            self._look_again()

    @property
    def short(self) -> bool:
        return bool(self._waiting)

    def _may_lend(self, grow: bool = False) -> bool:
        if self.counters.busy - len(self.idle) >= self.size:
            return False
        return bool(self._free) or len(self._workers) < (MOST if grow else self.size)

    def _lend(self, lease: Lease) -> None:
        if not self._free:
            self._free.append(Worker())
            self._workers.add(self._free[-1])
        self.counters.busy += 1
        lease.take(self._free.pop())

    def _note_wait(self, seconds: float) -> None:
        counters = self.counters
        counters.waited += 1
        counters.seconds_waited += seconds
        counters.longest_wait = max(counters.longest_wait, seconds)

    def complain(self, seconds: float) -> None:
        """Log a long wait, at most once a second; called in the thread that was waited for."""
        now = perf_counter()
        if seconds > LONG_WAIT and now - self._complained > 1:
            self._complained = now
            text = "Work waited %.1f s for one of %d threads. See DJANGO_ADAPTER_THREADS."
            logger.warning(text, seconds, self.size)

    def close(self) -> None:
        """End all threads when they have done what they were given, or time is up."""
        deadline = perf_counter() + LAST_WORDS
        for worker in self._workers:
            worker.inbox.put(None)
        for worker in self._workers:
            worker.thread.join(max(0, deadline - perf_counter()))


@cache
def process_threads() -> Threads:
    """Return this process's one pool, with as many threads as the settings say."""
    threads = Threads(thread_count())
    atexit.register(threads.close)
    return threads


if hasattr(os, "register_at_fork"):  # a child process has the object and none of its threads
    os.register_at_fork(after_in_child=process_threads.cache_clear)
