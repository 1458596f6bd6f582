"""What the bridge adds to an event: its request, the chain around its handler, who it is from.

Nothing of Reflex takes part, so that what it costs is seen alone. The unit is Django's own chain,
called in line on one thread by the same process in the same rounds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any

from benchmarks import chains
from benchmarks.django_project import (
    ASYNC_PAGE,
    DEFAULT_MIDDLEWARE,
    NOBODY,
    SOMEBODY,
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
from django_adapter import SyntheticRequests
from reflex_adapter.bridge import DjangoEventBridge
from reflex_adapter.current import current_request

ANONYMOUS, USER = "anonymous", "session and user"
LIMIT, ENGINE, BRIDGE = "Django's sync chain, one thread (unit)", "the chain, ours", "the bridge"
MOST = {ANONYMOUS: 2.5, USER: 1.5}  # of the unit
HOPS = {ANONYMOUS: 0, USER: 1}


def bridged(event: chains.Event) -> chains.OnceAsync:
    """Run a handler that asks for the user, as the events of one connection do."""
    bridge, requests = DjangoEventBridge(), SyntheticRequests(event.handshake)
    known = bool(event.cookie)

    async def handler(_event: object) -> None:
        check("the handler's user", current_request().user.is_authenticated, known)

    async def once() -> Any:
        return (await bridge.run(requests, handler, path=ASYNC_PAGE)).response

    return once


def measure(effort: Effort) -> Report:
    events = {ANONYMOUS: chains.Event(""), USER: chains.Event(sign_in())}
    with with_middleware(DEFAULT_MIDDLEWARE):
        ways = {visitor: _ways(event) for visitor, event in events.items()}
    with closing(asyncio.new_event_loop()) as loop:
        groups = [[_case(loop, visitor, *way) for way in ways[visitor].items()] for visitor in ways]
        runs = interleave(groups, effort)
    timed = {it: Timed([LIMIT, ENGINE, BRIDGE], of) for it, of in zip(ways, runs, strict=True)}
    hopped = {visitor: hops(ways[visitor][BRIDGE]) for visitor in ways}
    rows = list(_rows(timed, hopped))
    return Report("bridge", list(_ratios(timed, hopped)), rows, environment("Django", "asgiref"))


def _ways(event: chains.Event) -> dict[str, Any]:
    limit, engine = chains.django_sync(event), chains.ours(event)
    return {LIMIT: limit, ENGINE: engine, BRIDGE: bridged(event)}


def _case(loop: asyncio.AbstractEventLoop, visitor: str, name: str, once: Any) -> Case:
    if name == LIMIT:
        return Case(name, partial(_check, visitor, name, once), OnThread(once))
    asked = partial(_check, visitor, name, lambda: loop.run_until_complete(once()))
    return Case(name, asked, InLoop(loop, once))


def _check(visitor: str, name: str, once: Any) -> None:
    response = once()
    who = SOMEBODY if visitor == USER else NOBODY
    body = "" if name == BRIDGE else f"{who} after 0"  # the bridge's handler checks it itself
    check(f"{name}, {visitor}", (response.status_code, response.content.decode()), (200, body))
    check(f"{name}: a header of the chain's", response.headers.get("X-Frame-Options"), "DENY")


def _ratios(timed: Mapping[str, Timed], hopped: Mapping[str, int]) -> Iterator[Ratio]:
    for visitor, group in timed.items():
        if hopped[visitor] > HOPS[visitor]:
            raise WrongAnswer(f"The bridge, {visitor}: {hopped[visitor]} hops")
        short = visitor.split()[-1]
        yield Ratio(short, ratio([group], BRIDGE, LIMIT), MOST[visitor])
        yield Ratio(f"{short}_chain_alone", ratio([group], ENGINE, LIMIT))


def _rows(timed: Mapping[str, Timed], hopped: Mapping[str, int]) -> Iterator[Row]:
    for visitor, group in timed.items():
        for name in group.keys:
            took: Sequence[float] = of_runs([group], lambda took: took / 1000, name)
            yield Row("µs for an event", str(name), visitor, "µs", Spread.of(took))
    for visitor, counted in hopped.items():
        yield Row("thread hops of an event", BRIDGE, visitor, "hops", Spread.of([counted]))
