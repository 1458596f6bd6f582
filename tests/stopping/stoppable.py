"""The project under ``run_reflex``, in processes of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.fresh import ROOT
from tests.reflex_adapter.serving import free_port

GRACE = 3.0
LAST = 2.0  # seconds more in which the process must have ended


async def until(done: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


@dataclass
class Running:
    process: subprocess.Popen[bytes]
    folder: Path
    address: str

    @property
    def output(self) -> str:
        return (self.folder / "log").read_text()

    def notes(self, text: str) -> list[int]:
        """Return the processes that have noted ``text``."""
        file = self.folder / "notes"
        lines = file.read_text().splitlines() if file.exists() else []
        return [int(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{text} ")]

    async def noted(self, text: str, times: int = 1) -> list[int]:
        await until(lambda: len(self.notes(text)) >= times)
        return self.notes(text)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send the signal; return when."""
        self.process.send_signal(number)
        return time.monotonic()

    async def exit_code(self, since: float, seconds: float = GRACE + LAST) -> int:
        """Return the exit code of the process, which must have ended that long after ``since``."""
        left = since + seconds - time.monotonic()
        return await asyncio.to_thread(self.process.wait, left)


@contextmanager
def running(folder: Path, *options: str, port: int = 0, **variables: str) -> Iterator[Running]:
    """Start the server and wait until it is ready; kill what is left of it in the end."""
    port = port or free_port()
    command = ["-m", "django", "run_reflex", "--env=prod", f"--port={port}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command, f"--graceful-timeout={GRACE:g}", *options],
            cwd=folder,
            env={**os.environ, **environment(folder), **variables},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Running(process, folder, f"http://127.0.0.1:{port}")
    try:
        wait_until_ready(server)
        yield server
    finally:
        kill_group(process)


def environment(folder: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "tests.stopping.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "STOPPING_FOLDER": str(folder),
        "REFLEX_STATE_MANAGER_DISK_DEBOUNCE": "60",  # so that stopping has to write them
        "REFLEX_STATES_WORKDIR": str(folder / "states"),
        "REFLEX_UPLOADED_FILES_DIR": str(folder / "uploaded_files"),
    }


def wait_until_ready(server: Running, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while server.output.count("Serving http") < 1:
        assert server.process.poll() is None, server.output
        assert time.monotonic() < deadline, server.output
        time.sleep(0.05)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):  # all have ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(5)
