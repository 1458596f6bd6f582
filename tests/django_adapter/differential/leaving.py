"""Clients that leave while a view is at work, and the views that wait for that."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tests.django_adapter.differential.exchanges import PATIENCE, Connection
from tests.django_adapter.differential.trace import note

TURNS = 100  # of the loop, in which a handler that waits for nobody is through with a request


class LeavingConnection(Connection):
    """Disconnects as soon as the view has begun, and lets threads go on when that has been seen."""

    def __init__(self, scope: dict[str, Any], body: bytes) -> None:
        super().__init__(body)
        self.begun, self.left = asyncio.Event(), threading.Event()
        self.idle = threading.Event()  # cleared while a view works in a thread
        self.idle.set()
        self.loop = asyncio.get_running_loop()
        self.release: asyncio.Task[None] | None = None
        scope["connection"] = self

    async def receive(self) -> dict[str, Any]:
        if self.incoming:
            return self.incoming.pop()
        await self.begun.wait()
        self.release = asyncio.create_task(self.release_threads())
        return {"type": "http.disconnect"}

    async def ended(self) -> None:
        """Wait for what a handler need not wait for: the end of work in threads."""
        if self.release is not None:
            await self.release
        assert await asyncio.to_thread(self.idle.wait, PATIENCE)

    async def release_threads(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self.left.set()


def begin(request: HttpRequest) -> None:
    note(request, "view", "begins")
    connection = request.scope["connection"]
    connection.loop.call_soon_threadsafe(connection.begun.set)


def read_late(request: HttpRequest) -> HttpResponse:
    """Read the body once the client has left."""
    connection: LeavingConnection = request.scope["connection"]
    connection.idle.clear()
    try:
        begin(request)
        assert connection.left.wait(PATIENCE)
        note(request, "view", "reads", request.body)
    except Exception as error:
        note(request, "view", "cannot read", repr(error))
        raise
    finally:
        connection.idle.set()
    return HttpResponse("late")


@csrf_exempt
def sync_view(request: HttpRequest) -> HttpResponse:
    return read_late(request)


@csrf_exempt
async def async_view(request: HttpRequest) -> HttpResponse:
    try:
        await sync_to_async(read_late)(request)
        return HttpResponse("late")
    finally:
        note(request, "view", "ends")


@csrf_exempt
async def waiting_view(request: HttpRequest) -> HttpResponse:
    begin(request)
    try:
        await asyncio.Event().wait()
    finally:
        note(request, "view", "is cancelled", request.body)
    raise AssertionError


urlpatterns = [
    path("sync/", sync_view),
    path("async/", async_view),
    path("waiting/", waiting_view),
]
