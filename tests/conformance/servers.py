"""Start real servers, each a process of its own, for the applications of ``apps``.

The servers are told nothing but where the application is, and a certificate where they are to speak
TLS: that they take it for ASGI, and run its lifespan, is part of what is tested.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.tls import issue_certificate

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
TLS = "+tls"  # ends the name of a server that is given a certificate
HYPERCORN = ["--bind", "127.0.0.1:{port}", "--graceful-timeout", "1", "--keep-alive", "1"]
ARGUMENTS = {
    "hypercorn": HYPERCORN,
    "hypercorn+tls": [*HYPERCORN, "--certfile", "{certificate}", "--keyfile", "{certificate}"],
    "uvicorn": ["--host", "127.0.0.1", "--port", "{port}", "--timeout-graceful-shutdown", "1"],
    "granian": ["--interface", "asgi", "--host", "127.0.0.1", "--port", "{port}"],
}


@dataclass
class Server:
    """A process that serves one application on one port, and writes its log to a file."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    tls: bool

    def url(self, path: str, scheme: str = "http") -> str:
        return f"{scheme}{'s' if self.tls else ''}://127.0.0.1:{self.port}/{path}"

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._is_up():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.process.args} did not start:\n{self.log.read_text()}")
            time.sleep(0.02)

    def _is_up(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """Stop as Ctrl+C does, and for good; one that has ended already is left alone."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def start(server: str, app: str, log: Path) -> Server:
    port, certificate, tls = free_port(), log.with_suffix(".pem"), server.endswith(TLS)
    if tls:
        issue_certificate(certificate)
    places = {"port": port, "certificate": certificate}
    arguments = [argument.format(**places) for argument in ARGUMENTS[server]]
    module = server.removesuffix(TLS)
    command = [sys.executable, "-m", module, f"tests.conformance.apps:{app}", *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    return Server(port, process, log, tls)


@contextmanager
def started(server: str, apps: Iterable[str], logs: Path) -> Iterator[list[Server]]:
    """Start one server for each application, all at once since it takes time."""
    with ExitStack() as stack:  # which stops them all, even if one of them will not
        fleet = []
        for app in apps:
            process = start(server, app, logs / f"{server}-{app}.log")
            stack.callback(process.stop)
            fleet.append(process)
        yield fleet


@contextmanager
def running(server: str, apps: Iterable[str], logs: Path) -> Iterator[list[Server]]:
    with started(server, apps, logs) as fleet:
        for process in fleet:
            process.wait_until_up()
        yield fleet


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
