"""What a dispatcher adds to awaiting the application behind it, and to a request under a server.

The first part runs without an event loop: nothing in it waits, so that one coroutine which awaits
the application call after call, as a server would, runs to its end when it is started. What is
timed is the dispatcher alone. Each call gets a scope of its own, made before the clock starts,
since some dispatchers write into it, with a path and raw_path of its own, since no server hands on
the same string twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import count, repeat
from statistics import median
from time import perf_counter_ns
from types import FunctionType
from typing import Any

from asgi_compose import ASGIApp, Receive, Scope, Send
from benchmarks import plot
from benchmarks.answers import ask, check_answers, finish, scope_of
from benchmarks.dispatch_served import requests_per_second
from benchmarks.dispatchers import (
    DISPATCHERS,
    HYPERCORN,
    IF,
    IF_AS_OURS,
    NEW_PATHS,
    OURS,
    OURS_NEW_PATHS,
    STARLETTE,
    names,
    saying,
)
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

MANY = (1, 8, 64, 1000)
BARE = "bare application"
PACKAGES = ("hypercorn", "starlette", "channels", "Django", "python-engineio")
# Calls of one batch: as many scopes have to stay in the processor's cache; and nanoseconds that a
# batch may take, so that the slowest do not part the others of their round.
CALLS, LONGEST = 64, 300_000
WARM_UP = 32


@dataclass(frozen=True)
class Place:
    """What a figure is about: the kind of scope, which prefix matches, and out of how many."""

    kind: str
    match: str
    many: int


Added = dict[tuple[str, Place], list[float]]  # nanoseconds, one figure a run
Built = tuple[str, ASGIApp, Callable[[], None]]  # a row, its dispatcher, and how that is checked


def measure(effort: Effort) -> Report:
    groups = [list(group) for group in _groups()]
    timed = interleave([[case for _, case in group] for group in groups], effort)
    added: Added = {}
    for group, runs in zip(groups, timed, strict=True):
        bare = {place: at for at, (place, case) in enumerate(group) if case.name == BARE}
        for at, (place, case) in enumerate(group):
            below = partial(_less, at, None if case.name == BARE else bare[place])
            added[case.name, place] = [median(map(below, rounds)) for rounds in runs]
    served, rps = requests_per_second(effort)
    ratios = [*_ratios(added), Ratio("rps_behind_ours_vs_bare", rps, at_least=0.95)]
    return Report("dispatch", ratios, [*_rows(added), *served], environment(*PACKAGES))


def _less(at: int, bare: int | None, took: Sequence[float]) -> float:
    return took[at] - (0 if bare is None else took[bare])


def draw(report: Report) -> str:
    title = "HTTP, last match, ns added to awaiting the application"
    lines: dict[str, list[tuple[float, float]]] = {}
    for row in report.rows:
        if row.table == title:
            lines.setdefault(row.row, []).append((float(row.column), row.spread.median))
    del lines[BARE]
    return plot.lines(title, "prefixes", "nanoseconds", lines)


def _groups() -> Iterator[Iterator[tuple[Place, Case]]]:
    """One group for each kind of scope and match, so that all numbers of prefixes are in it."""
    built = {many: list(_built(many)) for many in MANY}
    for kind in ("http", "websocket"):
        for match, at in (("first", 0), ("last", -1), ("default", None)):
            yield _group(built, kind, match, at)


def _group(
    built: Mapping[int, list[Built]], kind: str, match: str, at: int | None
) -> Iterator[tuple[Place, Case]]:
    for many, dispatchers in built.items():
        says = "default" if at is None else names(many)[at]
        scope = scope_of(kind, "/elsewhere/x" if at is None else f"{says}/x")
        bare = saying(says)
        rows: list[Built] = [(BARE, bare, partial(_check_bare, bare, scope, says)), *dispatchers]
        for name, app, asked in rows:
            new_paths = name in NEW_PATHS
            yield Place(kind, match, many), Case(name, asked, Batch(app, scope, new_paths))


def _built(many: int) -> Iterator[Built]:
    apps = [(prefix, saying(prefix)) for prefix in names(many)]
    for row in DISPATCHERS:
        if many <= row.most:
            app, alone = row.build(apps, saying("default")), row.build(apps, None)
            asked = cache(partial(check_answers, row, app, alone, many))  # once is enough
            yield row.name, app, asked


def _check_bare(app: ASGIApp, scope: Scope, says: str) -> None:
    check(BARE, ask(app, scope)[0], says)


class Batch:
    """Await an application a few times in a row, and return what one call took."""

    def __init__(self, app: ASGIApp, scope: dict[str, Any], new_paths: bool) -> None:
        self.app, self.scope, self.calls = app, scope, 0
        self.endings = map(str, count()) if new_paths else repeat("")
        # Its own code object: the interpreter adapts a call to what is called there, which in a
        # server is always the same application.
        self.await_each = FunctionType(_await_each.__code__.replace(), globals())

    def __call__(self) -> float:
        if not self.calls:
            self.calls = max(2, min(CALLS, int(LONGEST / self._time(2))))
        return self._time(self.calls)

    def _time(self, calls: int) -> float:
        warm_up = [self._fresh_scope() for _ in range(min(WARM_UP, calls))]
        scopes = [self._fresh_scope() for _ in range(calls)]
        finish(self.await_each(self.app, warm_up, _receive, _send))
        start = perf_counter_ns()
        finish(self.await_each(self.app, scopes, _receive, _send))
        return (perf_counter_ns() - start) / calls

    def _fresh_scope(self) -> dict[str, Any]:
        path = "".join([self.scope["path"], next(self.endings)])
        path = path.encode().decode()  # another string, whose hash nobody has asked for yet
        return {**self.scope, "path": path, "raw_path": path.encode()}


async def _await_each(app: ASGIApp, scopes: list[Scope], receive: Receive, send: Send) -> None:
    for scope in scopes:
        await app(scope, receive, send)


async def _receive() -> Any:
    raise RuntimeError("The applications that are timed receive nothing.")


async def _send(message: object) -> None:
    """Take what an application says of itself; here everybody has been asked before."""


def _ratios(added: Added) -> Iterator[Ratio]:
    def of(
        name: str, over: str, many: int, match: str, at_most: float | None, ours: str = OURS
    ) -> Ratio:
        place = Place("http", match, many)
        of_runs = zip(added[ours, place], added[over, place], strict=True)
        return Ratio(name, Spread.of(mine / other for mine, other in of_runs), at_most)

    yield of("ours_vs_hypercorn_1", HYPERCORN, 1, "first", 0.6)
    yield of("ours_vs_hypercorn_64_last", HYPERCORN, 64, "last", 0.1)
    yield of("ours_vs_starlette_1", STARLETTE, 1, "first", 0.2)
    yield of("ours_vs_starlette_64_last", STARLETTE, 64, "last", 0.012)
    few, most = (added[OURS, Place("http", "last", many)] for many in (MANY[0], MANY[-1]))
    of_runs = zip(most, few, strict=True)
    yield Ratio("ours_1000_vs_1", Spread.of(b / a for b, a in of_runs), at_most=1.3)
    yield of("ours_vs_handwritten_if_1", IF, 1, "first", 1.6)
    yield of("ours_vs_handwritten_same_questions_1", IF_AS_OURS, 1, "first", None)
    yield of("ours_new_path_vs_hypercorn_1", HYPERCORN, 1, "first", None, ours=OURS_NEW_PATHS)


def _rows(added: Added) -> Iterator[Row]:
    for (name, place), figures in sorted(added.items(), key=lambda it: _table(it[0][1])):
        yield Row(_table(place), name, str(place.many), "ns", Spread.of(figures))


def _table(place: Place) -> str:
    kind = {"http": "HTTP", "websocket": "WebSocket"}[place.kind]
    return f"{kind}, {place.match} match, ns added to awaiting the application"
