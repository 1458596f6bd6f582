"""What running ``settings.MIDDLEWARE`` around a view costs, for an event of a WebSocket.

Every way is asked with the same event, once of a visitor whom nobody knows and once of one with a
session and a user in the database, and with none, the seven default, 15 and 30 middleware. All of
it on one core, where the threads of a hop find what they need in its caches; what counts is timed
on all of them too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from inspect import iscoroutinefunction
from itertools import pairwise
from typing import Any

from benchmarks import chains
from benchmarks.cores import on_one_core
from benchmarks.django_project import (
    DEFAULT_MIDDLEWARE,
    NOBODY,
    SOMEBODY,
    expected,
    middleware_of,
    own_middleware,
    sign_in,
    with_middleware,
)
from benchmarks.harness import (
    Case,
    Effort,
    Ratio,
    Report,
    Row,
    Spread,
    WrongAnswer,
    check,
    environment,
    interleave,
)
from benchmarks.in_turn import InLoop, OnThread, Timed, hops, of_runs, ratio

MANY = (0, 7, 15, 30)
DEFAULT = len(DEFAULT_MIDDLEWARE)
ANONYMOUS, USER = "anonymous", "session and user"
FLOOR, LIMIT = "hooks alone, one thread", "Django's sync chain, one thread (limit)"
DJANGO, OURS = "Django's async chain", "ours"
FIRST = "ours, first event of a connection"
UNDECLARED = "ours, the project's own hooks not declared"
REFLEX_DJANGO = "reflex-django's bridge"
WAYS: dict[str, Callable[[chains.Event], chains.Once | chains.OnceAsync | None]] = {
    FLOOR: chains.hooks_alone,
    LIMIT: chains.django_sync,
    "Django's sync chain, one thread, with signals": chains.django_sync_with_signals,
    FIRST: chains.ours_first_event,
    OURS: chains.ours,
    UNDECLARED: chains.ours,
    DJANGO: chains.django_async,
    "Django's async chain, one thread for all": chains.django_async_one_thread,
    REFLEX_DJANGO: chains.reflex_django,
}
# Apart, so that those that are near each other are timed near each other. Rounds of the others take
# so many times longer, and differ by far more than a round's noise.
LONGER = 8
QUICK_WAYS, SLOW_WAYS = list(WAYS)[:5], list(WAYS)[4:]
# The first is the same as ours while there are none; the second builds its chain once for all.
ONLY = {UNDECLARED: MANY[2:], REFLEX_DJANGO: (DEFAULT,)}
RATED = (FLOOR, LIMIT, OURS, DJANGO)
HOPS_OF_OURS = {ANONYMOUS: 0, USER: 1}


@dataclass(frozen=True)
class Place:
    """What a figure is about: who asks, past how many middleware."""

    visitor: str
    many: int


Key = tuple[str, Place]  # the name of a way, and where


def measure(effort: Effort) -> Report:
    events = {ANONYMOUS: chains.Event(""), USER: chains.Event(sign_in())}
    ways = {key: once for visitor in events for key, once in _ways(events[visitor], visitor)}
    with closing(asyncio.new_event_loop()) as loop:
        cases = {key: _case(key, once, loop) for key, once in ways.items()}
        counting = {key: case for key, case in cases.items() if key[1].many == DEFAULT}
        fewer = replace(effort, rounds=-(-effort.rounds // LONGER))
        with on_one_core():
            timed = [*_timed(cases, QUICK_WAYS, effort), *_timed(cases, SLOW_WAYS, fewer)]
        on_all = _timed(counting, (LIMIT, OURS), effort)
    hopped = {key: _hops(key, once) for key, once in ways.items()}
    rows = [*_rows(ways, timed), *_hop_rows(hopped), *_slopes(ways, timed)]
    ratios = [*_ratios(timed, hopped), *_on_all_cores(on_all)]
    return Report("chain", ratios, rows, environment(*_packages(ways)))


def _timed(cases: Mapping[Key, Case], names: Container[str], effort: Effort) -> list[Timed]:
    """Time these ways in turn, for each visitor, past all numbers of middleware."""
    asked = [key for key in cases if key[0] in names]
    groups = [[key for key in asked if key[1].visitor == it] for it in (ANONYMOUS, USER)]
    runs = interleave([[cases[key] for key in keys] for keys in groups], effort)
    return [Timed(*group) for group in zip(groups, runs, strict=True)]


def _ways(event: chains.Event, visitor: str) -> Iterator[tuple[Key, Any]]:
    for name, build in WAYS.items():
        for many in ONLY.get(name, MANY):
            declared = [] if name == UNDECLARED else own_middleware(many)
            with with_middleware(middleware_of(many), declared):
                once = build(event)
            if once is not None:
                yield (name, Place(visitor, many)), once


def _case(key: Key, once: Any, loop: asyncio.AbstractEventLoop) -> Case:
    if iscoroutinefunction(once):
        asked = partial(_check, key, lambda: loop.run_until_complete(once()))
        return Case(key[0], asked, InLoop(loop, once))
    return Case(key[0], partial(_check, key, once), OnThread(once))


def _check(key: Key, once: Callable[[], Any]) -> None:
    """Ask who is there, and whether the response has passed the middleware too."""
    name, place = key
    what = f"{name}, {place.many} middleware, {place.visitor}"
    response = once()
    visitor = SOMEBODY if place.visitor == USER and place.many else NOBODY
    body = expected(visitor, max(0, place.many - DEFAULT))
    check(what, (response.status_code, response.content.decode()), (200, body))
    if name != REFLEX_DJANGO:  # its chain ends before the event is handled
        passed = {"X-Frame-Options", "X-Content-Type-Options", "Vary"} & response.headers.keys()
        check(f"{what}: headers", len(passed), 3 if place.many else 0)


def _hops(key: Key, once: Any) -> int:
    """Count them where there is an event loop; what stays on its thread has none."""
    name, place = key
    counted = hops(once) if iscoroutinefunction(once) else 0
    if name == OURS and counted > HOPS_OF_OURS[place.visitor]:
        raise WrongAnswer(f"{name}, {place.visitor}, {place.many} middleware: {counted} hops")
    return counted


def _on_all_cores(timed: Sequence[Timed]) -> Iterator[Ratio]:
    for visitor in (ANONYMOUS, USER):
        limit, ours = ((it, Place(visitor, DEFAULT)) for it in (LIMIT, OURS))
        name = f"ours_vs_inline_limit_{visitor.split()[-1]}_on_all_cores"
        yield Ratio(name, ratio(timed, ours, limit))


def _ratios(timed: Sequence[Timed], hopped: Mapping[Key, int]) -> Iterator[Ratio]:
    for visitor, at_most, at_least in ((ANONYMOUS, 1.8, 9), (USER, 1.35, 2.0)):
        floor, limit, ours, django = ((it, Place(visitor, DEFAULT)) for it in RATED)
        short = visitor.split()[-1]
        yield Ratio(f"ours_vs_inline_limit_{short}", ratio(timed, ours, limit), at_most)
        yield Ratio(f"ours_vs_hooks_alone_{short}", ratio(timed, ours, floor))
        first = FIRST, Place(visitor, DEFAULT)
        yield Ratio(f"ours_first_event_vs_inline_limit_{short}", ratio(timed, first, limit))
        against = ratio(timed, django, ours)
        yield Ratio(f"django_async_vs_ours_{short}", against, at_least=at_least)
        counted = Spread.of([float(hopped[ours])])
        yield Ratio(f"hops_of_ours_{short}", counted, HOPS_OF_OURS[visitor])


def _rows(ways: Iterable[Key], timed: Sequence[Timed]) -> Iterator[Row]:
    for name, place in ways:
        table = f"{place.visitor}, µs for a request, by the number of middleware"
        took = of_runs(timed, lambda took: took / 1000, (name, place))
        yield Row(table, name, str(place.many), "µs", Spread.of(took))


def _hop_rows(hopped: Mapping[Key, int]) -> Iterator[Row]:
    for (name, place), counted in hopped.items():
        table = f"{place.visitor}, thread hops of a request, by the number of middleware"
        yield Row(table, name, str(place.many), "hops", Spread.of([counted]))


def _slopes(ways: Container[Key], timed: Sequence[Timed]) -> Iterator[Row]:
    """Say what one middleware more costs, in two parts: where both are alike, cost is linear."""
    for visitor in (ANONYMOUS, USER):
        for name in WAYS:
            for few, many in pairwise(MANY[1:]):
                keys = [(name, Place(visitor, it)) for it in (few, many)]
                if all(key in ways for key in keys):
                    added = of_runs(timed, partial(_each, many - few), *keys)
                    table = f"{visitor}, µs for one middleware more"
                    yield Row(table, name, f"{few} to {many}", "µs", Spread.of(added))


def _each(more: int, before: float, after: float) -> float:
    return (after - before) / more / 1000


def _packages(ways: Iterable[Key]) -> list[str]:
    installed = ["reflex-django"] if any(name == REFLEX_DJANGO for name, _ in ways) else []
    return ["Django", "asgiref", *installed]
