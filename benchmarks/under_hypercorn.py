"""Requests per second of applications under hypercorn, each in a server of its own.

Servers and client are processes of their own and speak over loopback. Where an application is
served twice, how far its two servers are apart is what this machine's noise alone does.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import QUICK, Effort, Spread
from benchmarks.load import Load

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0
CONNECTIONS = 8
TABLE = "Under hypercorn"

Rates = dict[str, list[float]]  # requests per second of each application, one figure a pair


@dataclass(frozen=True)
class Asked:
    """What the client asks of each server in turn: ``slices`` times so many over a connection."""

    path: str
    body: str
    requests: int = 25
    slices: int = 10


def rates(apps: Mapping[str, str], asked: Sequence[Asked], effort: Effort) -> list[Rates]:
    """Serve ``apps``, each a module and a name in it, and return what came of each of ``asked``."""
    with hypercorn(*apps.values()) as ports:
        loads = [_load(ports, it, effort) for it in asked]
        for load in loads:
            _rates(load)  # warm up
        pairs = [[_rates(load) for load in loads] for _ in range(effort.pairs)]
    by_load = zip(*pairs, strict=True)
    return [dict(zip(apps, map(list, zip(*of, strict=True)), strict=True)) for of in by_load]


def _load(ports: Sequence[int], asked: Asked, effort: Effort) -> Load:
    slices = 1 if effort == QUICK else asked.slices
    return Load(ports, asked.path, asked.body, CONNECTIONS, asked.requests, slices)


def pair_by_pair(one: Sequence[float], other: Sequence[float]) -> Spread:
    return Spread.of(a / b for a, b in zip(one, other, strict=True))


def _rates(load: Load) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.load", load.as_json()]
    client = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE * 4)
    if client.returncode:
        raise RuntimeError(f"The load client failed:\n{client.stderr}")
    found: list[float] = json.loads(client.stdout)
    return found


@contextmanager
def hypercorn(*apps: str, cores: Collection[int] = ()) -> Iterator[list[int]]:
    """Serve each of ``apps`` in a process of its own, on ``cores`` if any, and give their ports."""
    ports = [free_port() for _ in apps]
    with tempfile.TemporaryFile("w+") as log, ExitStack() as servers:
        for app, port in zip(apps, ports, strict=True):
            command = [sys.executable, "-m", "hypercorn", app, "--bind", f"127.0.0.1:{port}"]
            server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
            servers.callback(_stop, server)
            if cores:
                os.sched_setaffinity(server.pid, cores)
        try:
            wait_until_up(ports)
            yield ports
        except BaseException:
            log.seek(0)
            print(log.read(), file=sys.stderr)
            raise


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_up(ports: Sequence[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    for port in ports:
        while not _is_up(port):
            if time.monotonic() > deadline:
                raise RuntimeError(f"The server for port {port} did not start.")
            time.sleep(0.02)


def _is_up(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
