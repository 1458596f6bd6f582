"""What running ``settings.MIDDLEWARE`` around a view costs, for an event of a WebSocket.

Every way is asked with the same event, once of a visitor whom nobody knows and once of one with a
session and a user in the database, and with none, the seven default, 15 and 30 middleware.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from inspect import iscoroutinefunction
from statistics import median
from typing import Any

from benchmarks import chains
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
from benchmarks.in_turn import InLoop, OnThread, hops

MANY = (0, 7, 15, 30)
DEFAULT = len(DEFAULT_MIDDLEWARE)
ANONYMOUS, USER = "anonymous", "session and user"
LIMIT, DJANGO, OURS = "hooks in line (limit)", "Django's async chain", "ours"
OURS_UNDECLARED = "ours, the project's own hooks not declared"
REFLEX_DJANGO = "reflex-django's bridge"
WAYS: dict[str, Callable[[chains.Event], chains.Once | chains.OnceAsync | None]] = {
    LIMIT: chains.hooks_in_line,
    "Django's sync chain": chains.django_sync,
    DJANGO: chains.django_async,
    "Django's async chain, one thread for all": chains.django_async_one_thread,
    OURS: chains.ours,
    OURS_UNDECLARED: chains.ours,
    REFLEX_DJANGO: chains.reflex_django,
}
# The last builds its chain once for all; the one before is the same as ours while there are none.
ONLY = {OURS_UNDECLARED: MANY[2:], REFLEX_DJANGO: (DEFAULT,)}
HOPS_OF_OURS = {ANONYMOUS: 0, USER: 1}


@dataclass(frozen=True)
class Place:
    """What a figure is about: who asks, past how many middleware."""

    visitor: str
    many: int


Key = tuple[str, Place]  # the name of a way, and where
Figures = dict[Key, list[float]]  # microseconds, one figure a run


def measure(effort: Effort) -> Report:
    events = {ANONYMOUS: chains.Event(""), USER: chains.Event(sign_in())}
    with closing(asyncio.new_event_loop()) as loop:
        places = [Place(visitor, many) for visitor in events for many in MANY]
        groups = [dict(_ways(events[place.visitor], place)) for place in places]
        cases = [[_case(key, once, loop) for key, once in group.items()] for group in groups]
        hopped = {key: _hops(key, once) for group in groups for key, once in group.items()}
        timed = interleave(cases, effort)
    took: Figures = {}
    for group, runs in zip(groups, timed, strict=True):
        for at, key in enumerate(group):
            took[key] = [median(one[at] for one in rounds) / 1000 for rounds in runs]
    rows = [*_rows(took), *_hop_rows(hopped), *_slopes(took)]
    return Report("chain", list(_ratios(took, hopped)), rows, environment(*_packages(took)))


def _ways(event: chains.Event, place: Place) -> Iterator[tuple[Key, Any]]:
    for name, build in WAYS.items():
        if place.many not in ONLY.get(name, MANY):
            continue
        declared = [] if name == OURS_UNDECLARED else own_middleware(place.many)
        with with_middleware(middleware_of(place.many), declared):
            once = build(event)
        if once is not None:
            yield (name, place), once


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


def _ratios(took: Figures, hopped: Mapping[Key, int]) -> Iterator[Ratio]:
    for visitor, at_most, at_least in ((ANONYMOUS, 1.8, 9), (USER, 1.35, 2.0)):
        place, short = Place(visitor, DEFAULT), visitor.split()[-1]
        yield Ratio(f"ours_vs_inline_limit_{short}", _of(took, OURS, LIMIT, place), at_most)
        against = _of(took, DJANGO, OURS, place)
        yield Ratio(f"django_async_vs_ours_{short}", against, at_least=at_least)
        counted = Spread.of([float(hopped[OURS, place])])
        yield Ratio(f"hops_of_ours_{short}", counted, HOPS_OF_OURS[visitor])


def _of(took: Figures, one: str, other: str, place: Place) -> Spread:
    of_runs = zip(took[one, place], took[other, place], strict=True)
    return Spread.of(mine / others for mine, others in of_runs)


def _rows(took: Figures) -> Iterator[Row]:
    for (name, place), figures in took.items():
        table = f"{place.visitor}, µs for a request, by the number of middleware"
        yield Row(table, name, str(place.many), "µs", Spread.of(figures))


def _hop_rows(hopped: Mapping[Key, int]) -> Iterator[Row]:
    for (name, place), counted in hopped.items():
        table = f"{place.visitor}, thread hops of a request, by the number of middleware"
        yield Row(table, name, str(place.many), "hops", Spread.of([counted]))


def _slopes(took: Figures) -> Iterator[Row]:
    """Say what one middleware more costs, in two parts: where both are alike, cost is linear."""
    for visitor in (ANONYMOUS, USER):
        for name in WAYS:
            for few, many in ((7, 15), (15, 30)):
                pair = took.get((name, Place(visitor, few))), took.get((name, Place(visitor, many)))
                if pair[0] and pair[1]:
                    added = [(b - a) / (many - few) for a, b in zip(*pair, strict=True)]
                    table = f"{visitor}, µs for one middleware more"
                    yield Row(table, name, f"{few} to {many}", "µs", Spread.of(added))


def _packages(took: Figures) -> list[str]:
    installed = ["reflex-django"] if any(name == REFLEX_DJANGO for name, _ in took) else []
    return ["Django", "asgiref", *installed]
