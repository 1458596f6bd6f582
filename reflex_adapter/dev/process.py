"""A child as the command sees it: started warm, listened to, and ended in bounded time."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from socket import socket

from reflex_adapter.dev.child import RELOAD, develop
from reflex_adapter.dev.messages import Booted, Leaving, Serving

# What every child needs and no project changes, imported once for all of them. None of these may
# read settings or need Django's apps.
WARM = [
    "django.contrib.staticfiles.handlers",
    "django.core.handlers.asgi",
    "django.db.models",
    "django.template.defaulttags",
    "django.views.debug",
    "httpx",
    "hypercorn.asyncio",
    "hypercorn.protocol.h11",
    "reflex_adapter._reflex",
    "reflex_adapter.dev.child",
    "websockets",
]
ENDING = 3.0  # seconds in which it ends


def warm_context() -> BaseContext:
    """Return what starts children: by forks of a process that is warm, where there can be one."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(WARM)
    start_fork_server()
    return context


def start_fork_server() -> None:
    """Start it deaf to Ctrl-C, which is for us: it would end it while it imports."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)


class ChildProcess:
    """``told`` is what it said when it could serve; ``code`` how it left, once it has."""

    def __init__(
        self,
        context: BaseContext,
        application: str,
        listening: socket,
        vite: int,
        checks: bool,
        serves: Callable[[], None],
    ) -> None:
        self.told = Booted(failure="It has ended before it could say why.")
        self.code: int | None = None
        self.booted, self.leaving, self._ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._serves = serves
        self._pipe, theirs = context.Pipe()
        arguments = (application, listening, vite, checks, theirs)
        self._process = context.Process(target=develop, args=arguments)  # type: ignore[attr-defined]
        self._process.start()
        theirs.close()
        asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._hear)

    @property
    def reloads(self) -> bool:
        return self.code == RELOAD

    def may_serve(self) -> None:
        if not self._ended.is_set():
            self._pipe.send(True)

    def terminate(self) -> None:
        self._process.terminate()

    async def end(self) -> None:
        """Wait for the end of a child that leaves, not without a bound."""
        try:
            await asyncio.wait_for(self._ended.wait(), ENDING)
        except TimeoutError:
            self._process.kill()
            await self._ended.wait()

    def _hear(self) -> None:
        try:
            message = self._pipe.recv()
        except (EOFError, OSError):
            self._lost()
            return
        if isinstance(message, Booted):
            self.told = message
            self.booted.set()
        elif isinstance(message, Serving):
            self._serves()
        elif isinstance(message, Leaving):
            self._left(message.code)

    def _left(self, code: int | None) -> None:
        self.code = code
        self.booted.set()
        self.leaving.set()

    def _lost(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pipe.fileno())
        self._pipe.close()
        self._process.join()
        if not self.leaving.is_set():
            self._left(self._process.exitcode)
        self._ended.set()
