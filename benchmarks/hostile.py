"""What others notice of hostile clients: how long their events take, with and without these.

One server with the default limits is asked by a few clients at a steady pace, in turn quietly and
with an attack beside: a flood of events, a client that never reads, a body of a byte a second.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from time import perf_counter, sleep
from typing import Any

from benchmarks.cores import on_one_core
from benchmarks.django_project import NOBODY
from benchmarks.event_client import Tab
from benchmarks.events import DJANGO_STATE
from benchmarks.harness import QUICK, Effort, Ratio, Report, Row, Spread, check, environment
from benchmarks.under_hypercorn import ROOT, hypercorn

APP = "benchmarks.events_served:limited()"
CLIENTS = 4
EVENTS = 100  # of each client in a phase
PACE = 1 / 30  # seconds, within the limit
SETTLED = 0.3  # seconds after which an attack is under way, or over
QUIET, HOSTILE = "quiet", "attacked"
TABLE = "An event of another client"


@dataclass
class Found:
    """What was measured, run by run."""

    p50: dict[str, list[float]] = field(default_factory=lambda: {QUIET: [], HOSTILE: []})
    p99: dict[str, list[float]] = field(default_factory=lambda: {QUIET: [], HOSTILE: []})
    sent: list[dict[str, int]] = field(default_factory=list)


def measure(effort: Effort) -> Report:
    events = 10 if effort == QUICK else EVENTS
    with on_one_core() as others, hypercorn(APP, cores=others) as [port]:
        found = asyncio.run(_measure(port, effort.runs, events))
    packages = environment("Django", "asgiref", "reflex", "hypercorn")
    return Report("hostile", list(_ratios(found)), list(_rows(found)), packages)


async def _measure(port: int, runs: int, events: int) -> Found:
    found = Found()
    tabs = [await Tab.open(port, DJANGO_STATE, "") for _ in range(CLIENTS)]
    await _phase(tabs, 5)  # warm up
    for tab in tabs:
        check("who asks", tab.seen["who"], NOBODY)
    for _ in range(runs):
        _note(found, QUIET, await _phase(tabs, events))
        with attacked(port, found):
            _note(found, HOSTILE, await _phase(tabs, events))
    for tab in tabs:
        await tab.socket.close()
    return found


async def _phase(tabs: Sequence[Tab], events: int) -> list[float]:
    """Return the milliseconds that each event took."""

    async def ask(tab: Tab, late: float) -> list[float]:
        took = []
        await asyncio.sleep(late)
        for _ in range(events):
            start = perf_counter()
            await tab.ask(1)
            took.append((perf_counter() - start) * 1000)
            await asyncio.sleep(max(0.0, PACE - took[-1] / 1000))
        return took

    asked = [ask(tab, number * PACE / len(tabs)) for number, tab in enumerate(tabs)]
    return [each for took in await asyncio.gather(*asked) for each in took]


def _note(found: Found, phase: str, took: list[float]) -> None:
    found.p50[phase].append(percentile(took, 50))
    found.p99[phase].append(percentile(took, 99))


def percentile(figures: Sequence[float], percent: int) -> float:
    """Return the least figure that so many percent are not above."""
    return sorted(figures)[ceil(len(figures) * percent / 100) - 1]


@contextmanager
def attacked(port: int, found: Found) -> Iterator[None]:
    """Have the server attacked while the block runs; fail unless all attackers did their part."""
    command = [sys.executable, "-m", "benchmarks.hostile_clients", str(port), DJANGO_STATE]
    clients = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        sleep(SETTLED * 3)  # until they have imported what they need
        yield
        printed, _ = clients.communicate("", timeout=30)
    finally:
        clients.kill()
        clients.wait()
    check("how the attack ended", clients.returncode, 0)
    sent: dict[str, int] = json.loads(printed)
    check("which attackers did nothing", [kind for kind, many in sent.items() if not many], [])
    found.sent.append(sent)
    sleep(SETTLED)


def _ratios(found: Found) -> Iterator[Ratio]:
    for name, of, most in (("p99", found.p99, 5.0), ("p50", found.p50, None)):
        pairs = zip(of[HOSTILE], of[QUIET], strict=True)
        ratio = Spread.of(hostile / quiet for hostile, quiet in pairs)
        yield Ratio(f"{name}_{HOSTILE}_vs_{QUIET}", ratio, most)


def _rows(found: Found) -> Iterator[Row]:
    for name, of in (("median, ms", found.p50), ("99th percentile, ms", found.p99)):
        for phase, figures in of.items():
            yield Row(TABLE, phase, name, "ms", Spread.of(figures))
    for kind in found.sent[0]:
        many: Any = Spread.of(sent[kind] for sent in found.sent)
        yield Row("What an attack sent", kind.replace("_", " "), "number", "number", many)
