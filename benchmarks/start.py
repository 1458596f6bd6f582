"""How long a start takes, from the command to the first event's answer, where there is no node.

The shop is served by ``hypercorn config.asgi:application``, in a process with an empty ``PATH``;
beside it, plain Reflex with one page, and what Django itself needs. Everything is started in turn,
one process at a time.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.first_event import hydrated
from benchmarks.harness import Effort, Ratio, Report, Row, Spread, WrongAnswer, environment
from benchmarks.under_hypercorn import PATIENCE, ROOT, free_port

SHOP = ROOT / "examples" / "shop"
SETUP, PLAIN, OURS = "django.setup() of the shop", "plain Reflex, one page", "the shop"
POLL = 0.005  # seconds

Environment = Mapping[str, str]


@dataclass(frozen=True)
class Server:
    """What hypercorn is to serve, and where."""

    app: str
    folder: Path


SERVERS = {
    PLAIN: Server("benchmarks.sockets_plain:plain()", ROOT),
    OURS: Server("config.asgi:application", SHOP),
}


def measure(effort: Effort) -> Report:
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        variables = prepared(Path(folder))
        took: dict[str, list[float]] = {SETUP: [], PLAIN: [], OURS: []}
        for turn in range(effort.runs + 1):
            for name, seconds in one_round(variables):
                if turn:  # the first warms up the disk's cache
                    took[name].append(seconds)
    pairs = zip(took[OURS], took[PLAIN], strict=True)
    ratios = [
        Ratio("shop_vs_plain_reflex", Spread.of(ours / plain for ours, plain in pairs)),
        Ratio("seconds_of_the_shop", Spread.of(took[OURS]), at_most=3.0),
    ]
    rows = [Row("A start", name, "s", "s", Spread.of(its)) for name, its in took.items()]
    packages = environment("Django", "reflex", "hypercorn")
    return Report("start", ratios, rows, packages)


def prepared(folder: Path) -> Environment:
    """Return the environment of all that is started: with the shop's data, and without node."""
    variables = {
        "PATH": str(folder),
        "HOME": str(folder),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(SHOP)]),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SHOP_DATABASE": str(folder / "db.sqlite3"),
        "REFLEX_STATES_WORKDIR": str(folder / "states"),
    }
    for command in ("migrate", "load_demo"):
        subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=SHOP,
            env=variables,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return variables


def one_round(variables: Environment) -> Iterator[tuple[str, float]]:
    yield SETUP, ended(variables)
    for name, server in SERVERS.items():
        yield name, answered(server, variables)


def ended(variables: Environment) -> float:
    """Return how long Python and ``django.setup()`` take to come and go."""
    start = time.perf_counter()
    command = [sys.executable, "-c", "import django; django.setup()"]
    subprocess.run(command, cwd=SHOP, env=variables, check=True)
    return time.perf_counter() - start


def answered(server: Server, variables: Environment) -> float:
    """Return how long it takes from the command until the first page has its state."""
    port = free_port()
    with tempfile.TemporaryFile("w+") as log:
        start = time.perf_counter()
        with running(server, port, variables, log.fileno()) as process:
            while (answered_at := asyncio.run(hydrated(port))) is None:
                if process.poll() is not None or time.perf_counter() - start > PATIENCE:
                    log.seek(0)
                    raise WrongAnswer(f"{server.app} does not answer:\n{log.read()}")
                time.sleep(POLL)
            return answered_at - start


@contextmanager
def running(
    server: Server, port: int, variables: Environment, log: int
) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "hypercorn", server.app, "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, cwd=server.folder, env=variables, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()  # plain hypercorn would wait for its sockets
        process.wait()
