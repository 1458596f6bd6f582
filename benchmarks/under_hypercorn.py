"""Requests per second of a trivial application under hypercorn, bare and behind ours.

Server and client are processes of their own and speak over loopback. The bare application is served
twice: how far its two servers are apart is what this machine's noise alone does to the figure.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.harness import QUICK, Effort, Row, Spread
from benchmarks.load import Load
from benchmarks.served import BODY, PREFIXES

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0
APPS = {"bare": "bare", "bare, a second server": "bare", "behind ours": "behind_ours"}
CONNECTIONS, REQUESTS = 8, 25  # of one slice
SLICES, SLICES_QUICK = 10, 1
TABLE = "Under hypercorn"


def requests_per_second(effort: Effort) -> tuple[list[Row], Spread]:
    """Return the rows, and the ratios of the pairs of ours and bare."""
    slices = SLICES_QUICK if effort == QUICK else SLICES
    with hypercorn(*(f"benchmarks.served:{app}" for app in APPS.values())) as ports:
        load = Load(ports, f"{PREFIXES[-1]}/x", BODY.decode(), CONNECTIONS, REQUESTS, slices)
        _rates(load)  # warm up
        pairs = [_rates(load) for _ in range(effort.pairs)]
    rates = dict(zip(APPS, zip(*pairs, strict=True), strict=True))
    rows = [Row(TABLE, name, "requests/s", "1/s", Spread.of(it)) for name, it in rates.items()]
    for name in list(APPS)[1:]:
        against_bare = Spread.of(a / b for a, b in zip(rates[name], rates["bare"], strict=True))
        rows += [Row(TABLE, name, "of bare, pair by pair", "ratio", against_bare)]
    return rows, against_bare


def _rates(load: Load) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.load", load.as_json()]
    client = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE * 4)
    if client.returncode:
        raise RuntimeError(f"The load client failed:\n{client.stderr}")
    rates: list[float] = json.loads(client.stdout)
    return rates


@contextmanager
def hypercorn(*apps: str) -> Iterator[list[int]]:
    """Serve each of ``apps`` in a process of its own, and give their ports."""
    ports = [_free_port() for _ in apps]
    with tempfile.TemporaryFile("w+") as log, ExitStack() as servers:
        for app, port in zip(apps, ports, strict=True):
            command = [sys.executable, "-m", "hypercorn", app, "--bind", f"127.0.0.1:{port}"]
            server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
            servers.callback(_stop, server)
        try:
            _wait_until_up(ports)
            yield ports
        except BaseException:
            log.seek(0)
            print(log.read(), file=sys.stderr)
            raise


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_up(ports: Sequence[int]) -> None:
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
