"""The shop in processes of its own: commands that end, and servers that tests start and stop."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples" / "shop"

MANAGE = ("manage.py",)
COMMANDS = {
    "hypercorn": ("-m", "hypercorn", "config.asgi:application", "--bind", "127.0.0.1:{port}"),
    "uvicorn": ("-m", "uvicorn", "config.asgi:application", "--port", "{port}"),
    "run_reflex": (*MANAGE, "run_reflex", "--env", "prod", "--port", "{port}"),
    "develop": (*MANAGE, "run_reflex", "--port", "{port}"),
    "demo": (*MANAGE, "demo", "--port", "{port}"),
}


def environment(**variables: object) -> dict[str, str]:
    """Return this process's environment with ``variables``; ours imports without being installed.

    Unbuffered, so that a test can read what a person at a terminal would see by now.
    """
    inherited = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    ours = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return {**inherited, **ours, **{name: str(value) for name, value in variables.items()}}


def manage(*arguments: str, cwd: Path = SHOP, **variables: object) -> str:
    """Run a command of ``manage.py`` to its end; return what it printed."""
    done = subprocess.run(
        [sys.executable, *MANAGE, *arguments],
        cwd=cwd,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """A running server: its process leads a group, as one started in a terminal does."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until_it_answers(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while True:
            assert self.process.poll() is None, self.output
            try:
                httpx.get(f"{self.address}/cart/json/", timeout=seconds)
                return
            except httpx.ConnectError:
                assert time.monotonic() < deadline, self.output
                time.sleep(0.05)

    def interrupt(self) -> None:
        """Do what Ctrl-C in a terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)

    def exit_code(self, seconds: float = 10) -> int:
        return self.process.wait(seconds)

    def end(self) -> None:
        """End it in any case. Plain hypercorn needs to be killed while a socket is open."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)


@contextmanager
def running(
    kind: str, log: Path, *, cwd: Path = SHOP, fails: bool = False, **variables: object
) -> Iterator[Server]:
    """Start the server and end it; fail if it wrote a traceback, unless something is to fail."""
    port = free_port()
    command = [argument.format(port=port) for argument in COMMANDS[kind]]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=cwd,
            env=environment(**variables),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(process, port, log)
    try:
        server.wait_until_it_answers()
        yield server
    finally:
        server.end()
    assert fails or "Traceback" not in server.output, server.output


@contextmanager
def shop_with(
    settings: str, loaded: Path, folder: Path, kind: str = "run_reflex", **variables: object
) -> Iterator[Server]:
    """Serve the shop by ``settings`` of its own, on a copy of ``loaded``, in ``folder``."""
    database = shutil.copyfile(loaded, folder / "shop.sqlite3")
    own = {"SHOP_DATABASE": database, "DJANGO_SETTINGS_MODULE": settings}
    with running(kind, folder / "log", **own, **variables) as server:
        yield server
