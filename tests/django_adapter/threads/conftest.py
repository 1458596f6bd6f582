"""Pools for one test each, whose threads and connections end with it; and a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from benchmarks.postgres import Postgres, binaries, running
from django_adapter import MiddlewareRunner
from django_adapter.threads import Threads, process_threads
from tests.conftest import ScopeFactory
from tests.django_adapter.threads.leasing import event, in_thread
from tests.django_adapter.threads.postgresql import ALIAS, Configure, Run

MakeThreads = Callable[[int], Threads]


@pytest.fixture
def make_threads() -> Iterator[MakeThreads]:
    """Make pools that nobody finds but who is given them."""
    made: list[Threads] = []

    def make(size: int) -> Threads:
        made.append(Threads(size))
        return made[-1]

    yield make
    for threads in made:
        threads.close()


@pytest.fixture
def make_process_threads(settings: Settings) -> Iterator[MakeThreads]:
    """Make the pool that every run and request of this process uses."""
    made: list[Threads] = []

    def make(size: int) -> Threads:
        settings.DJANGO_ADAPTER_THREADS = size
        process_threads.cache_clear()
        made.append(process_threads())
        return made[-1]

    yield make
    process_threads.cache_clear()
    for threads in made:
        threads.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    pytest.importorskip("psycopg")
    if (bin := binaries()) is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with running(bin) as server:
        yield server


@pytest.fixture
def postgres(cluster: Postgres) -> Postgres:
    """The server, running, whatever the test before did to it."""
    if cluster.process is None:
        cluster.start()
    return cluster


@pytest.fixture
def configure(postgres: Postgres, django_db_blocker: Any) -> Iterator[Configure]:
    """Make the server a second database of the project, with these entries."""

    def configure(**entries: Any) -> None:
        databases = {"default": {}, ALIAS: postgres.database(**entries)}
        connections.settings[ALIAS] = connections.configure_settings(databases)[ALIAS]

    with django_db_blocker.unblock():
        yield configure
        if ALIAS in connections.settings:
            forget()


def forget() -> None:
    if "pool" in connections.settings[ALIAS]["OPTIONS"]:
        connections[ALIAS].close_pool()  # type: ignore[attr-defined]
    connections[ALIAS].close()
    del connections[ALIAS]
    del connections.settings[ALIAS]


@pytest.fixture
def sixteen(configure: Configure, make_process_threads: MakeThreads) -> Threads:
    """The process's pool; its connections are closed before the database goes."""
    return make_process_threads(16)


@pytest.fixture
def run(sixteen: Threads, http_scope: ScopeFactory) -> Run:
    """Start an event whose handler calls a function in its thread."""
    runner = MiddlewareRunner()

    async def answer(function: Callable[[], Any]) -> str:
        run = await runner.run(event(http_scope()), in_thread(function))
        return run.response.content.decode()

    return lambda function: asyncio.create_task(answer(function))
