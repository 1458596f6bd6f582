"""Serve by several processes that take connections from one port.

Each is started afresh, not forked, so that it boots as a single one would. The parent serves
nothing: it starts another worker for one that dies, tells all to stop, and ends after them. Each
has a pipe to it by which they notice if the other ends.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import multiprocessing
from collections.abc import Callable
from socket import socket

from reflex_adapter import server
from reflex_adapter._reflex import redis_url
from reflex_adapter.named_application import load_application
from reflex_adapter.stop_signals import stop_at_signal
from reflex_adapter.worker import work

logger = logging.getLogger("reflex_adapter")

PAUSE = 1.0  # seconds before another worker is started, which may die as soon
LONGEST_END = 2.0  # seconds after their deadline that workers have ended by themselves
SPAWN = multiprocessing.get_context("spawn")


class WorkersFailed(RuntimeError):
    """Some workers did not start, or did not end well."""


def serve(
    count: int, application: str, listening: socket, ready: Callable[[], None], grace: float
) -> None:
    """Serve the named application until ``SIGINT`` or ``SIGTERM``: a single worker in this process.

    Raises ``WorkersFailed``; also where each worker would keep the states of tabs for itself.
    """
    if count == 1:
        server.serve(load_application(application), listening, ready, stop_at_signal, grace=grace)
    elif redis_url():
        asyncio.run(Workers(count, application, listening, ready, grace).run())
    else:
        raise WorkersFailed(
            "Several workers need one place for the states of tabs: set REFLEX_REDIS_URL."
        )


class Workers:
    """The parent's side of it."""

    def __init__(
        self,
        count: int,
        application: str,
        listening: socket,
        ready: Callable[[], None],
        grace: float,
    ) -> None:
        self._count = count
        self._listening = listening
        self._start = functools.partial(Worker, application, listening, grace, self._started)
        self._ready = ready
        self._grace = grace
        self._begun = 0
        self._running: set[Worker] = set()
        self._stopping = self._failed = False

    async def run(self) -> None:
        stop_at_signal(self._stop)
        try:
            await asyncio.gather(*(self._keep_one() for _ in range(self._count)))
        finally:
            for worker in self._running:  # where one could not even be started
                worker.process.terminate()
        if self._failed:
            raise WorkersFailed("A worker failed; its output above says why.")

    def _started(self) -> None:
        self._begun += 1
        if self._begun == self._count:
            self._ready()

    async def _keep_one(self) -> None:
        """Run one worker after the other."""
        while not self._stopping:
            worker = self._start()
            self._running.add(worker)
            await worker.ended.wait()
            self._running.discard(worker)
            self._judge(worker)
            if not self._stopping:
                await asyncio.sleep(PAUSE)

    def _judge(self, worker: Worker) -> None:
        process = worker.process
        if not self._stopping:
            logger.error("Worker %s ended with %s", process.pid, process.exitcode)
        if not worker.ready and not self._stopping:  # the next one would fail as well
            self._failed = True
            self._stop()
        elif worker.ready and self._stopping and process.exitcode:
            self._failed = True

    def _stop(self) -> None:
        self._stopping = True
        self._listening.close()  # the workers have their own, until they have stopped
        for worker in self._running:
            worker.process.terminate()
        asyncio.get_running_loop().call_later(self._grace + LONGEST_END, self._kill)

    def _kill(self) -> None:
        for worker in self._running:
            worker.process.kill()


class Worker:
    """One worker process, as the parent sees it."""

    def __init__(
        self, application: str, listening: socket, grace: float, started: Callable[[], None]
    ) -> None:
        self._pipe, theirs = SPAWN.Pipe()
        self._started = started
        self.ready = False
        self.ended = asyncio.Event()
        self.process = SPAWN.Process(target=work, args=(application, listening, grace, theirs))
        self.process.start()
        theirs.close()
        asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._hear)

    def _hear(self) -> None:
        try:
            self._pipe.recv()
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._pipe.fileno())
            self._pipe.close()
            self.process.join()
            self.ended.set()
        else:
            self.ready = True
            self._started()
