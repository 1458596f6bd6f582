"""A second database of the project, which is a real PostgreSQL, and what its tests ask it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
from django.db import connections, transaction

from benchmarks.postgres import Postgres
from tests.django_adapter.threads.leasing import PATIENCE

ALIAS, LOCK = "postgres", 7
KEPT = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
IDLE_IN_TRANSACTION = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in trans%'"

Configure = Callable[..., None]
Run = Callable[[Callable[[], Any]], "asyncio.Task[str]"]


def one(sql: str) -> Any:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def locked() -> None:
    one(f"SELECT pg_advisory_xact_lock_shared({LOCK})")


def locked_in_transaction() -> None:
    with transaction.atomic(ALIAS):
        locked()


def left_in_transaction() -> None:
    transaction.atomic(ALIAS).__enter__()
    one("SELECT 1")


def backend() -> Any:
    return one("SELECT pg_backend_pid()")


@asynccontextmanager
async def outside(postgres: Postgres) -> AsyncIterator[Callable[[str], Any]]:
    """Ask the server on a connection that belongs to nobody else."""
    psycopg = pytest.importorskip("psycopg")
    with closing(psycopg.connect(host=str(postgres.folder), user="postgres")) as connection:
        connection.autocommit = True
        yield lambda sql: connection.execute(sql).fetchone()[0]


@asynccontextmanager
async def lock_held(postgres: Postgres) -> AsyncIterator[Callable[[], int]]:
    """Let nobody pass who asks for the lock; tell how many do."""
    asking = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'"
    async with outside(postgres) as ask:
        ask(f"SELECT pg_advisory_lock({LOCK})")
        yield lambda: int(ask(asking))


def at_once(many: int) -> Callable[[], Any]:
    """Return a function that ends only where so many call it at the same time."""
    meeting = threading.Barrier(many)

    def meet() -> Any:
        pid = backend()
        meeting.wait(PATIENCE)
        return pid

    return meet


async def all_serve(run: Run, many: int = 16) -> None:
    """See that so many threads work at once, each with a connection of its own."""
    meet = at_once(many)
    pids = await asyncio.gather(*(run(meet) for _ in range(many)))
    assert len(set(pids)) == many
