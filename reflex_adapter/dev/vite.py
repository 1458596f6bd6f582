"""Vite's development server: a process of ours on a port of its own that only this machine sees."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from contextlib import suppress
from pathlib import Path

HOST = "127.0.0.1"
COMMAND = Path("node_modules", "@react-router", "dev", "bin.cjs")
LISTENS = "Local:"  # in the line that says so
KEPT = 15  # of its last lines
ENDING = 2.0  # seconds in which it ends when it is told to

# Node ends when we do, however we end: it reads a pipe that nobody else has the other end of.
WITH_US = (
    "data:text/javascript,import {isMainThread} from 'node:worker_threads';"
    "if (isMainThread) process.stdin.on('end', () => process.exit()).resume()"
)


class Vite:
    """``last`` has what it said in the end; ``listens`` is set once it does."""

    def __init__(self, node: str, port: int) -> None:
        self.port = port
        self.last: deque[str] = deque(maxlen=KEPT)
        self.listens = asyncio.Event()
        self._node = node
        self._process: Process | None = None

    async def run(self, web: Path) -> int:
        """Run it in the folder of the compiled pages until it ends; return its exit code."""
        self.last.clear()
        self._process = process = await asyncio.create_subprocess_exec(
            *(self._node, "--conditions=development", "--import", WITH_US, COMMAND, "dev"),
            *("--host", HOST, "--port", str(self.port), "--strictPort"),
            cwd=web,
            env={**os.environ, "NO_COLOR": "1", "NODE_ENV": "development"},
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT,
        )
        assert process.stdout is not None  # it is a pipe
        async for line in process.stdout:
            self.last.append(line.decode(errors="replace").rstrip())
            if LISTENS in self.last[-1]:
                self.listens.set()
        return await process.wait()

    async def stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), ENDING)
            except TimeoutError:
                process.kill()
                await process.wait()
