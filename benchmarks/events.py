"""What Django's part adds to an event of Reflex, on a socket of a real server.

Plain Reflex, ours and ours on Django's own asynchronous chain are served by hypercorn, each in a
process of its own, and asked in turn by this one, which has a core to itself. The unit is Django's
sync chain called in line, timed where nothing can cost less: in a handler of plain Reflex, served
as the others are and asked in the same rounds.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from statistics import median
from time import perf_counter_ns
from typing import Any

from benchmarks import chains
from benchmarks.cores import on_one_core
from benchmarks.django_project import (
    DEFAULT_MIDDLEWARE,
    NOBODY,
    SOMEBODY,
    sign_in,
    with_middleware,
)
from benchmarks.event_client import ROOT, Tab
from benchmarks.events_served import COOKIE
from benchmarks.harness import (
    Case,
    Effort,
    Ratio,
    Report,
    Row,
    Spread,
    check,
    environment,
    interleave,
)
from benchmarks.in_turn import OnThread, Timed, of_runs
from benchmarks.under_hypercorn import hypercorn

ANONYMOUS, USER = "anonymous", "user"
PLAIN, CACHED = "plain Reflex", "ours, user, remembered"
OURS, DJANGO = "ours, {}", "Django's async chain, {}"
IN_LINE = "plain Reflex, Django's sync chain in its handler, {} (limit)"
UNIT, TIGHT = "Django's sync chain in a handler, {}", "Django's sync chain in a loop, {}"
VISITORS = (ANONYMOUS, USER)
# Sent at once, and all answered before the next are sent: the server has always something to do.
EVENTS, CLIENTS = 20, 32
FEWER = 8  # rounds, each of which takes a good tenth of a second

PLAIN_STATE = f"{ROOT}.benchmarks___events_served____plain_state"
IN_LINE_STATE = f"{ROOT}.benchmarks___events_served____in_line_state"
APP_STATE = f"{ROOT}.reflex_adapter___state____app_state"
DJANGO_STATE = f"{APP_STATE}.benchmarks___events_served____django_state"
# What is asked: the application, the state, and whether somebody is known there.
WAYS: dict[str, tuple[str, str, bool]] = {
    PLAIN: ("plain", PLAIN_STATE, False),
    IN_LINE.format(ANONYMOUS): ("in_line", IN_LINE_STATE, False),
    IN_LINE.format(USER): ("in_line_user", IN_LINE_STATE, True),
    OURS.format(ANONYMOUS): ("ours", DJANGO_STATE, False),
    OURS.format(USER): ("ours", DJANGO_STATE, True),
    CACHED: ("cached", DJANGO_STATE, True),
    DJANGO.format(ANONYMOUS): ("django_chain", DJANGO_STATE, False),
    DJANGO.format(USER): ("django_chain", DJANGO_STATE, True),
}
APPS = list(dict.fromkeys(app for app, _state, _known in WAYS.values()))

Tabs = Sequence[Tab]  # of one way, the first of them for what one socket is asked


def measure(effort: Effort) -> Report:
    cookie = os.environ[COOKIE] = sign_in()
    fewer = replace(effort, rounds=-(-effort.rounds // FEWER))
    with closing(asyncio.new_event_loop()) as loop, served(loop, cookie) as tabs:
        of_one = partial(_cases, loop, {name: its[:1] for name, its in tabs.items()}, EVENTS)
        of_many = partial(_cases, loop, tabs, max(1, EVENTS // 4))
        units = [*_units(loop, tabs), *_in_a_loop(cookie)]
        groups = [[*of_one(), *units], list(of_many())]
        timed = [
            Timed([case.name for case in group], runs)
            for group, runs in zip(groups, interleave(groups, fewer), strict=True)
        ]
    packages = environment("Django", "asgiref", "reflex", "hypercorn")
    return Report("events", list(_ratios(timed[0])), list(_rows(*timed)), packages)


@contextmanager
def served(loop: asyncio.AbstractEventLoop, cookie: str) -> Iterator[Mapping[str, Tabs]]:
    apps = [f"benchmarks.events_served:{app}()" for app in APPS]
    with on_one_core() as others, hypercorn(*apps, cores=others) as found:
        ports = dict(zip(APPS, found, strict=True))
        tabs = {
            name: [
                loop.run_until_complete(Tab.open(ports[app], state, cookie if known else ""))
                for _ in range(CLIENTS)
            ]
            for name, (app, state, known) in WAYS.items()
        }
        yield tabs
        for tab in (tab for those in tabs.values() for tab in those):
            loop.run_until_complete(tab.socket.close())


def _cases(loop: asyncio.AbstractEventLoop, tabs: Mapping[str, Tabs], times: int) -> Iterator[Case]:
    for name, those in tabs.items():
        ask = partial(_ask, loop, those, times)
        yield Case(name, partial(_check, name, ask, those), ask)


def _ask(loop: asyncio.AbstractEventLoop, tabs: Tabs, times: int) -> float:
    """Return the nanoseconds that one event took."""

    async def all_of_them() -> None:
        await asyncio.gather(*(tab.ask(times) for tab in tabs))

    start = perf_counter_ns()
    loop.run_until_complete(all_of_them())
    return (perf_counter_ns() - start) / times / len(tabs)


def _check(name: str, ask: Callable[[], float], tabs: Tabs) -> None:
    ask()
    who = SOMEBODY if WAYS[name][2] else NOBODY
    for tab in tabs:
        check(name, tab.seen["who"], who)
    for _ in range(3):
        ask()  # warm up


def _units(loop: asyncio.AbstractEventLoop, tabs: Mapping[str, Tabs]) -> Iterator[Case]:
    """Time the chain alone in the handlers of a server that is as busy as the others."""
    for visitor in VISITORS:
        name = IN_LINE.format(visitor)
        ask = partial(_ask, loop, tabs[name][:1], EVENTS)
        its = partial(_median_of_told, ask, tabs[name][0])
        yield Case(UNIT.format(visitor), partial(_check, name, ask, tabs[name][:1]), its)


def _median_of_told(ask: Callable[[], float], tab: Tab) -> float:
    ask()
    check("how many say what the chain took", len(tab.took), EVENTS)
    return median(tab.took)


def _in_a_loop(cookie: str) -> Iterator[Case]:
    """Time the chain where it is called over and over, with caches that hold nothing else."""
    for visitor, of in ((ANONYMOUS, ""), (USER, cookie)):
        with with_middleware(DEFAULT_MIDDLEWARE):
            once = chains.django_sync(chains.Event(of))
        name = TIGHT.format(visitor)
        yield Case(name, partial(_check_unit, name, once, visitor), OnThread(once))


def _check_unit(name: str, once: chains.Once, visitor: str) -> None:
    who = SOMEBODY if visitor == USER else NOBODY
    check(name, once().content, f"{who} after 0".encode())  # type: ignore[attr-defined]


def _ratios(timed: Timed) -> Iterator[Ratio]:
    for visitor, most in ((ANONYMOUS, 3.0), (USER, 1.6)):
        yield _added(timed, f"added_{visitor}", OURS.format(visitor), visitor, most)
    yield _added(timed, "added_user_cached", CACHED, ANONYMOUS, 3.0)
    for visitor in VISITORS:
        added = _spread(timed, _in_units, OURS.format(visitor), PLAIN, TIGHT.format(visitor))
        yield Ratio(f"added_{visitor}_in_units_of_a_loop", added)
    for visitor in VISITORS:
        keys = DJANGO.format(visitor), OURS.format(visitor)
        faster = _spread(timed, lambda django, ours: django / ours, *keys)
        yield Ratio(f"compiled_vs_django_async_chain_{visitor}", faster, at_least=1.8)
    for name in (*(OURS.format(visitor) for visitor in VISITORS), CACHED):
        share = _spread(timed, lambda plain, ours: plain / ours, PLAIN, name)
        yield Ratio(f"share_of_plain_{name.split(', ', 1)[1].replace(', ', '_')}", share)


def _added(timed: Timed, name: str, way: str, visitor: str, most: float) -> Ratio:
    return Ratio(name, _spread(timed, _in_units, way, PLAIN, UNIT.format(visitor)), most)


def _in_units(ours: float, plain: float, unit: float) -> float:
    return (ours - plain) / unit


def _spread(timed: Timed, figure: Callable[..., float], *keys: str) -> Spread:
    return Spread.of(of_runs([timed], figure, *keys))


def _rows(one: Timed, many: Timed) -> Iterator[Row]:
    for table, timed in (("one socket", one), (f"{CLIENTS} sockets", many)):
        for name in map(str, timed.keys):
            took: Any = of_runs([timed], float, name)
            micros = Spread.of(each / 1000 for each in took)
            yield Row(f"An event, {table}", name, "µs", "µs", micros)
            if name in WAYS:
                rate = Spread.of(1e9 / each for each in took)
                yield Row(f"An event, {table}", name, "events/s", "1/s", rate)
