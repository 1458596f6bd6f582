"""What the tests of the threads do again and again: run an event, and wait for a pool's state."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse

from django_adapter import synthetic_request
from django_adapter.lease import Lease
from django_adapter.threads import Threads

PATIENCE = 20.0  # seconds that a test waits for what is to come at once


def event(scope: dict[str, Any]) -> ASGIRequest:
    return synthetic_request(scope, path="/page/", csrf_proven=True)


async def done(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


def in_thread(function: Callable[[], Any]) -> Callable[[HttpRequest], Any]:
    """Return a view that calls ``function`` in its thread, and answers what that returns."""

    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(await sync_to_async(function)()))

    return view


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - other threads and processes set no asyncio.Event
            await asyncio.sleep(0.005)


async def all_back(threads: Threads) -> None:
    await until(lambda: threads.counters.busy == 0)


def workers() -> set[threading.Thread]:
    """Return the threads of all pools of this process."""
    threads = threading.enumerate()
    return {thread for thread in threads if thread.name.startswith("django_adapter-")}


class Held:
    """A job that occupies its lease's thread until it is let go."""

    def __init__(self, lease: Lease) -> None:
        self._let_go = threading.Event()
        self._begun = threading.Event()
        self.future = lease.submit(self._wait)

    def _wait(self) -> int:
        self._begun.set()
        assert self._let_go.wait(PATIENCE)
        return threading.get_ident()

    async def begun(self) -> None:
        await until(self._begun.is_set)

    async def let_go(self) -> int:
        """Return the thread, once the job is done."""
        self._let_go.set()
        return await asyncio.wrap_future(self.future)


async def thread_of(lease: Lease) -> int:
    return await asyncio.wrap_future(lease.submit(threading.get_ident))
