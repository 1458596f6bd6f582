"""What an idle socket holds of a server's memory: ours beside plain Reflex.

Each application is served by hypercorn in a process of its own, and has a thousand tabs that were
shown the same page. What counts is how the memory grows with the sockets, not what is there before.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.core.signing import Signer

from benchmarks.harness import QUICK, Effort, Ratio, Report, Row, Spread, check, environment
from benchmarks.idle_client import IdleTab
from benchmarks.under_hypercorn import ROOT, free_port, wait_until_up
from reflex_adapter.conf import configuration
from reflex_adapter.visitor import SALT, new_visitor

OURS, PLAIN = "ours", "plain Reflex"
APPS = {
    OURS: "benchmarks.sockets_ours:ours()",
    PLAIN: "benchmarks.sockets_plain:plain()",
    "python-socketio alone": "benchmarks.sockets_plain:socketio_alone()",
    "hypercorn alone (limit)": "benchmarks.sockets_plain:hypercorn_alone",
}
ROUNDS, SOCKETS, STEP = 3, 1000, 100
PING = 3  # seconds, instead of 25: an idle socket is one that has heard nothing but two of them
COMPRESSION = {False: "no compression", True: "permessage-deflate"}

Held = dict[str, float]  # bytes that one more socket takes, of each application


@dataclass(frozen=True)
class Server:
    """A process that serves one application, with its tabs."""

    port: int
    process: subprocess.Popen[str]
    tabs: list[IdleTab]
    hydrates: bool

    async def open(self, many: int, deflate: bool) -> None:
        for _ in range(many):
            options = {"hydrates": self.hydrates, "deflate": deflate}
            self.tabs.append(await IdleTab.open(self.port, visitor(), **options))

    def bytes(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


def visitor() -> str:
    """Return the cookie of a browser that has been on the site before."""
    return f"{configuration().visitor_cookie}={Signer(salt=SALT).sign(new_visitor())}"


def measure(effort: Effort) -> Report:
    many, rounds = (STEP // 5, 1) if effort is QUICK else (SOCKETS, ROUNDS)
    held = {
        deflate: [asyncio.run(one_round(many, deflate)) for _ in range(rounds)]
        for deflate in COMPRESSION
    }
    packages = environment("Django", "reflex", "python-socketio", "python-engineio", "hypercorn")
    return Report("sockets", list(_ratios(held)), list(_rows(held)), packages)


async def one_round(many: int, deflate: bool) -> Held:
    """Open ``many`` tabs of each server, in turn; return what each but the first few has taken."""
    step = min(STEP, many // 2)
    with served() as servers:
        before = await held_with(step, servers, deflate)
        for _ in range(2 * step, many, step):
            await open_tabs(step, servers, deflate)
        after = await held_with(step, servers, deflate)
        for server in servers.values():
            check("how many are still connected", alive(server), many)
            for tab in server.tabs:
                tab.drop()
    return {name: (after[name] - before[name]) / (many - step) for name in servers}


async def open_tabs(many: int, servers: Mapping[str, Server], deflate: bool) -> None:
    for server in servers.values():
        await server.open(many, deflate)


async def held_with(many: int, servers: Mapping[str, Server], deflate: bool) -> dict[str, int]:
    """Open ``many`` more tabs of each, and return the bytes of each when they have come to rest."""
    await open_tabs(many, servers, deflate)
    await asyncio.sleep(2 * PING + 1)  # what is written to disk late has been written, too
    return {name: server.bytes() for name, server in servers.items()}


def alive(server: Server) -> int:
    return sum(tab.socket.close_code is None for tab in server.tabs)


@contextmanager
def served() -> Iterator[Mapping[str, Server]]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        servers = {name: stack.enter_context(serve(app, folder)) for name, app in APPS.items()}
        wait_until_up([server.port for server in servers.values()])
        yield servers


@contextmanager
def serve(app: str, folder: str) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.sockets_served", app, str(port)]
    reflex = {"REFLEX_STATES_WORKDIR": f"{folder}/{port}", "REFLEX_SOCKET_INTERVAL": f"{PING}s"}
    pipe = subprocess.PIPE
    # At the end its input is closed, and it is waited for.
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **reflex}, text=True, stdin=pipe, stdout=pipe
    ) as process:
        yield Server(port, process, [], hydrates="ours" in app or "plain()" in app)


def _ratios(held: Mapping[bool, list[Held]]) -> Iterator[Ratio]:
    for deflate, rounds in held.items():
        ratio = Spread.of(one[OURS] / one[PLAIN] for one in rounds)
        more = "_with_deflate" if deflate else ""
        yield Ratio(f"memory_per_socket_ours_vs_plain{more}", ratio, at_most=1.15)


def _rows(held: Mapping[bool, list[Held]]) -> Iterator[Row]:
    for name in APPS:
        for deflate, rounds in held.items():
            spread = Spread.of(one[name] / 1024 for one in rounds)
            yield Row("Memory of an idle socket, KiB", name, COMPRESSION[deflate], "KiB", spread)
