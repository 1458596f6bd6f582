"""What a hundred handlers that use the database at once take, with one thread and with 16 leases.

Each handler has PostgreSQL sleep for 50 ms in a thread-sensitive call. With leases it is an event,
in the middleware of a new project. One shared thread is what asgiref gives to whoever asks for
none; there is no middleware there, which is in its favour. PostgreSQL is started from its binaries;
threads and connections are there before the clock starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median
from threading import Barrier, Lock
from time import perf_counter
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from benchmarks.harness import (
    QUICK,
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
from benchmarks.postgres import PATIENCE, Postgres, binaries, running
from django_adapter import MiddlewareRunner, synthetic_request
from django_adapter.threads import process_threads

HANDLERS, HANDLERS_QUICK = 100, 32
SECONDS = 0.05
ONE, SIXTEEN = "one shared thread", "16 leases"
WIDTHS = {ONE: 1, SIXTEEN: 16}
PACKAGES = ("Django", "asgiref", "psycopg")
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
APPS = ["admin", "auth", "contenttypes", "sessions", "messages"]
SCOPE = {
    "type": "websocket",
    "path": "/_event/",
    "headers": [(b"host", b"localhost")],
    "client": ("127.0.0.1", 50000),
    "server": ("127.0.0.1", 8000),
}
urlpatterns: list[URLPattern] = []
Run = Callable[[int, Callable[[], None]], Coroutine[Any, Any, None]]


def measure(effort: Effort) -> Report:
    if (bin := binaries()) is None:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql")
    with running(bin) as postgres:
        configure(postgres)
        handlers = HANDLERS_QUICK if effort == QUICK else HANDLERS
        once = Effort(effort.runs, rounds=1, pairs=1)  # a round takes seconds
        cases = [case(name, run, handlers) for name, run in RUNS.items()]
        [runs] = interleave([cases], once)
        asyncio.run(in_one_thread(1, connections.close_all))
    took = dict(zip(RUNS, zip(*(median_of(rounds) for rounds in runs), strict=True), strict=True))
    ratio = Spread.of(one / many for one, many in zip(took[ONE], took[SIXTEEN], strict=True))
    table = f"{handlers} handlers at once, {SECONDS * 1000:.0f} ms in the database each"
    rows = [Row(table, name, "ms", "ms", Spread.of(took[name])) for name in RUNS]
    ratios = [Ratio("one_thread_vs_16_leases", ratio, at_least=11)]
    return Report("leases", ratios, rows, environment(*PACKAGES))


def median_of(rounds: list[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(map(median, zip(*rounds, strict=True)))


def configure(postgres: Postgres) -> None:
    settings.configure(
        ALLOWED_HOSTS=["localhost"],
        DATABASES={"default": postgres.database(CONN_MAX_AGE=None)},
        INSTALLED_APPS=[f"django.contrib.{app}" for app in APPS],
        MIDDLEWARE=MIDDLEWARE,
        ROOT_URLCONF=__name__,
        SECRET_KEY="only for this benchmark",
        DJANGO_ADAPTER_THREADS=WIDTHS[SIXTEEN],
    )
    django.setup()


def case(name: str, run: Run, handlers: int) -> Case:
    def batch() -> float:
        with sixteen_threads():
            return asyncio.run(milliseconds(run, handlers))

    return Case(name, partial(check_width, name, run), batch)


def check_width(name: str, run: Run) -> None:
    """As many threads work at once as are to be timed."""
    database = Database(WIDTHS[name])
    with sixteen_threads():
        asyncio.run(run(HANDLERS_QUICK, database.sleep))
    check(name, (database.asked, database.most), (HANDLERS_QUICK, WIDTHS[name]))


async def milliseconds(run: Run, handlers: int) -> float:
    await run(HANDLERS_QUICK, sleep)
    start = perf_counter()
    await run(handlers, sleep)
    return (perf_counter() - start) * 1000


async def in_one_thread(handlers: int, function: Callable[[], None]) -> None:
    await asyncio.gather(*(sync_to_async(function)() for _ in range(handlers)))


async def as_events(handlers: int, function: Callable[[], None]) -> None:
    runner = MiddlewareRunner()

    async def view(request: HttpRequest) -> HttpResponse:
        await sync_to_async(function)()
        return HttpResponse("done")

    requests = [synthetic_request(SCOPE, path="/", csrf_proven=True) for _ in range(handlers)]
    runs = await asyncio.gather(*(runner.run(request, view) for request in requests))
    check("a handler", {run.response.status_code for run in runs}, {200})


def sleep() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [SECONDS])


class Database:
    """Counts who has the database sleep, and how many at once: not fewer than it is told."""

    def __init__(self, width: int) -> None:
        self.asked = self.at_once = self.most = 0
        self.lock, self.meeting = Lock(), Barrier(width, timeout=PATIENCE)

    def sleep(self) -> None:
        with self.lock:
            self.asked, self.at_once = self.asked + 1, self.at_once + 1
            self.most = max(self.most, self.at_once)
        sleep()
        self.meeting.wait()
        with self.lock:
            self.at_once -= 1


@contextmanager
def sixteen_threads() -> Iterator[None]:
    """Give the process a new pool, and close all connections of it in the end."""
    process_threads.cache_clear()
    try:
        yield
    finally:
        process_threads().close()


RUNS: dict[str, Run] = {ONE: in_one_thread, SIXTEEN: as_events}
