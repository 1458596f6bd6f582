"""The command's own process: it keeps the port, Vite, and always one child that serves.

It loads nothing of the project but what any command does, and nothing of Reflex: what is saved
concerns the children alone.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

from reflex_adapter.dev.process import ChildProcess, warm_context
from reflex_adapter.dev.vite import HOST, Vite
from reflex_adapter.listener import listen
from reflex_adapter.node import use_node_of_environment
from reflex_adapter.stop_signals import stop_at_signal

PAUSE = 1.0  # seconds before Vite is started again
SIGNALLED = 0.1  # seconds after which a signal to all of us has come here, too
FIRST_PAGE = 60.0  # seconds that the first page may take, for which dependencies are bundled

Say = Callable[[str], None]


class DevelopmentFailed(RuntimeError):
    """The loop cannot begin, or go on; says in one sentence what to do."""


def run(
    application: str, host: str, port: int, checks: bool, say: Say, ready: Callable[[], None]
) -> None:
    """Develop until ``SIGINT`` or ``SIGTERM``; call ``ready`` once pages can be had.

    With ``checks``, which the caller has run, they are run again after each change. Raises
    ``DevelopmentFailed``.
    """
    try:
        node = use_node_of_environment()
        listening = listen(host, port)
    except RuntimeError as error:
        raise DevelopmentFailed(str(error)) from error
    except OSError as error:
        raise DevelopmentFailed(f"Cannot serve on {host}:{port}: {error}. Try --port.") from error
    # Read by Reflex when it compiles: Vite is to have all pages ready before one is asked for.
    os.environ.setdefault("REFLEX_VITE_WARMUP_ROUTES", "true")
    with listening:
        vite = Vite(node, free_port())
        asyncio.run(Loop(application, listening, vite, checks, say, ready).run())


def free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Loop:
    def __init__(
        self,
        application: str,
        listening: socket.socket,
        vite: Vite,
        checks: bool,
        say: Say,
        ready: Callable[[], None],
    ) -> None:
        self._context = warm_context()
        self._arguments = (application, listening, vite.port)
        self._vite, self._checks = vite, checks
        self._say, self._ready = say, ready
        self._serves, self._compiled = asyncio.Event(), asyncio.Event()
        self._web, self._base = Path(), "/"
        self._children: set[ChildProcess] = set()
        self._stopping = False

    async def run(self) -> None:
        stop_at_signal(self._stop)
        beside = [asyncio.create_task(it) for it in (self._keep_vite(), self._say_ready())]
        try:
            await self._keep_serving()
        finally:
            self._stop()
            for task in beside:
                task.cancel()
            await self._vite.stop()
            await asyncio.gather(*(child.end() for child in self._children))

    def _stop(self) -> None:
        self._stopping = True
        for child in self._children:
            child.terminate()

    async def _keep_serving(self) -> None:
        """Run one child after the other; the next one starts while the last one still leaves."""
        before: ChildProcess | None = None
        while not self._stopping:
            checks = self._checks and before is not None
            try:
                child = ChildProcess(self._context, *self._arguments, checks, self._serves.set)
            except (EOFError, OSError) as error:  # what starts it has been ended
                await asyncio.sleep(SIGNALLED)
                if self._stopping:
                    return
                raise DevelopmentFailed(f"No process can be started: {error!r}") from error
            self._children.add(child)
            await child.booted.wait()
            self._judge(child)
            if before is not None:
                await before.end()
                self._children.discard(before)
            child.may_serve()
            await child.leaving.wait()
            if not (child.reloads or self._stopping):
                raise DevelopmentFailed(f"The server has ended with {child.code}.")
            before = child

    def _judge(self, child: ChildProcess) -> None:
        """Note what has been compiled. Raise ``DevelopmentFailed`` if nothing could be, ever."""
        told = child.told
        if told.failure is None:
            self._web, self._base = Path(told.web), told.base
            self._compiled.set()
        elif told.hopeless and not self._compiled.is_set():
            raise DevelopmentFailed(told.failure)

    async def _keep_vite(self) -> None:
        await self._compiled.wait()
        while True:
            code = await self._vite.run(self._web)
            said = "\n".join(self._vite.last)
            self._say(f"{said}\nVite has ended with {code}; it is started again.")
            await asyncio.sleep(PAUSE)

    async def _say_ready(self) -> None:
        """Say so once: when the first page can be had, or what is wrong instead of it."""
        await self._serves.wait()
        if self._compiled.is_set():
            await self._vite.listens.wait()
            address = f"http://{HOST}:{self._vite.port}{self._base}"
            with suppress(OSError):  # the page will say what is wrong
                await asyncio.to_thread(fetch, address)
        self._ready()


def fetch(address: str) -> None:
    with urlopen(address, timeout=FIRST_PAGE) as answer:
        answer.read()
