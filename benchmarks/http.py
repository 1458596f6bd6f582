"""Requests per second of a Django project: Django's ASGI application, ours, and Django's WSGI one.

In process the handler is called as a server calls it, one request after the other; under hypercorn
each is served by a process of its own. The project has the seven default middleware, and a page as
a synchronous view and as an async one, which say who is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

from benchmarks import http_served
from benchmarks.django_project import (
    ASYNC_PAGE,
    NOBODY,
    SOMEBODY,
    SYNC_PAGE,
    expected,
    scope_of,
    sign_in,
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
from benchmarks.http_clients import Answer, environ_of, over_asgi, over_wsgi
from benchmarks.in_turn import InLoop, OnThread, Timed, hops, of_runs, ratio
from benchmarks.under_hypercorn import Asked, Rates, pair_by_pair, rates

DJANGO, OURS, WSGI = "Django's ASGI application", "ours", "Django's WSGI application"
APPS = {DJANGO: "django_asgi", OURS: "ours", WSGI: "django_wsgi"}
PAGES = {"sync view": SYNC_PAGE, "async view": ASYNC_PAGE}
WITH_USER = ", session and user"
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Vary": "Cookie",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# So few that the slowest, too, has a slice of a fraction of a second.
REQUESTS, SLICES = 5, 5

Calls = dict[str, Callable[[], Any]]  # how each application is asked once


def measure(effort: Effort) -> Report:
    columns = _columns(sign_in())
    timed = _in_process(columns, effort)
    in_process = {column: _rates(group) for column, group in timed.items()}
    apps = {name: f"benchmarks.http_served:{app}" for name, app in APPS.items()}
    asked = [Asked(page, expected(NOBODY), REQUESTS, SLICES) for page in PAGES.values()]
    served = dict(zip(PAGES, rates(apps, asked, effort), strict=True))
    ratios = [
        *_ratios({page: ratio([timed[page]], DJANGO, OURS) for page in PAGES}, "", 4),
        *_ratios({page: _pairs(served[page]) for page in PAGES}, "_hypercorn", 2),
    ]
    rows = [*_rows("In process", in_process), *_hops(columns), *_rows("Under hypercorn", served)]
    return Report("http", ratios, rows, environment("Django", "asgiref", "hypercorn"))


def _columns(cookie: str) -> dict[str, Calls]:
    anonymous = {page: _calls(scope_of("http", path)) for page, path in PAGES.items()}
    known = {page: _calls(scope_of("http", path, cookie)) for page, path in PAGES.items()}
    return anonymous | {f"{page}{WITH_USER}": calls for page, calls in known.items()}


def _calls(scope: dict[str, Any]) -> Calls:
    return {
        DJANGO: partial(over_asgi, http_served.django_asgi, scope),
        OURS: partial(over_asgi, http_served.ours, scope),
        WSGI: partial(over_wsgi, http_served.django_wsgi, environ_of(scope)),
    }


def _in_process(columns: Mapping[str, Calls], effort: Effort) -> dict[str, Timed]:
    with closing(asyncio.new_event_loop()) as loop:
        groups = [
            [_case(loop, name, column, once) for name, once in calls.items()]
            for column, calls in columns.items()
        ]
        found = interleave(groups, effort)
    return {column: Timed(list(APPS), runs) for column, runs in zip(columns, found, strict=True)}


def _rates(group: Timed) -> Rates:
    return {name: [1e9 / took for took in of_runs([group], float, name)] for name in APPS}


def _pairs(served: Rates) -> Spread:
    return pair_by_pair(served[OURS], served[DJANGO])


def _case(loop: asyncio.AbstractEventLoop, name: str, column: str, once: Callable[[], Any]) -> Case:
    if iscoroutinefunction(once):
        asked = partial(_check, name, column, lambda: loop.run_until_complete(once()))
        return Case(name, asked, InLoop(loop, once))
    return Case(name, partial(_check, name, column, once), OnThread(once))


def _check(name: str, column: str, once: Callable[[], Answer]) -> None:
    answer = once()
    body = expected(SOMEBODY if column.endswith(WITH_USER) else NOBODY)
    headers = HEADERS | {"Content-Length": str(len(body))}
    what = f"{name}, {column}"
    check(what, (answer.status, answer.body.decode()), (200, body))
    check(f"{what}: headers", answer.headers, headers)


def _ratios(found: Mapping[str, Spread], suffix: str, at_least: float) -> Iterator[Ratio]:
    for page, spread in found.items():
        name = f"ours_vs_django_{page.replace(' ', '_')}{suffix}"
        yield Ratio(name, spread, at_least=at_least)


def _rows(table: str, found: Mapping[str, Rates]) -> Iterator[Row]:
    for column, of_one in found.items():
        for name, figures in of_one.items():
            yield Row(f"{table}, requests/s", name, column, "1/s", Spread.of(figures))


def _hops(columns: Mapping[str, Calls]) -> Iterator[Row]:
    for column, calls in columns.items():
        for name, once in calls.items():
            if iscoroutinefunction(once):
                counted = Spread.of([hops(once)])
                yield Row("In process, thread hops of a request", name, column, "hops", counted)
