"""The tests' site under the plain hypercorn command, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.reflex_adapter.serving import free_port

ROOT = Path(__file__).resolve().parents[2]
KIBI = 1024


@dataclass
class OwnProcess:
    """A running server, what it takes of memory and what it writes."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    @property
    def resident(self) -> int:
        """Return the bytes of memory that are its own."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * KIBI

    def wait_until_it_answers(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while True:
            assert self.is_alive, self.log.read_text()
            try:
                httpx.get(f"{self.address}/ping", timeout=seconds)
                return
            except httpx.ConnectError:
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.05)


@contextmanager
def own_process(
    settings: str,
    log: Path,
    application: str = "reflex_adapter.asgi_entry:application",
    **others: str,
) -> Iterator[OwnProcess]:
    """Serve the site with the settings of this module, and end it."""
    port = free_port()
    command = ("hypercorn", application, "--bind", f"127.0.0.1:{port}")
    paths = os.pathsep.join([str(ROOT), str(ROOT / "examples" / "shop")])
    variables = {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"}
    variables |= others
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=log.parent,
            env={**os.environ, **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = OwnProcess(process, f"http://127.0.0.1:{port}", log)
    try:
        server.wait_until_it_answers()
        yield server
    finally:
        process.kill()  # with a socket open, plain hypercorn does not end by itself
        process.wait(10)
