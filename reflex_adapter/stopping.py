"""End what a server has begun when it is told to stop, in bounded time.

First the events of tabs, then their WebSockets, with the code that tells a client to come back;
then requests, connections and lifespans. Hypercorn 0.18 does not close WebSockets, and on Python
3.12.1 and later it waits for every connection without a bound. So nothing is left to wait for, and
lifespans do not depend on it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from time import monotonic
from typing import Any

from asgi_compose import ASGIApp, Message, Receive, Scope, Send, refuse
from reflex_adapter.closable import SERVICE_RESTART, ClosableSocket
from reflex_adapter.conf import TICKET_PATH

logger = logging.getLogger("reflex_adapter")

CLOSING = 1.0  # seconds in which clients answer that their WebSocket is closed, if there is time
ENDING = 0.15  # seconds for each of the steps that are taken after the deadline


class Stoppable:
    """Passes everything on until it is told to stop; knows what has not ended."""

    def __init__(
        self,
        app: ASGIApp,
        finish_events: Callable[[float], Awaitable[None]],
        break_off: Callable[[], None],
        answers_last: bool = False,
    ) -> None:
        """``finish_events`` is called with the time (of ``monotonic()``) when they must end;
        ``break_off`` ends all connections. With ``answers_last``, who is connected gets answers
        while events end.
        """
        self.app = app
        self.stopping = self.shut_down = False
        self._finish_events = finish_events
        self._break_off = break_off
        self._answers_last = answers_last
        self._requests: set[asyncio.Task[Any]] = set()
        self._sockets: dict[ClosableSocket, asyncio.Task[Any]] = {}
        self._shutdown_due = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif self.stopping and not (self._answers_last or scope["path"] == TICKET_PATH):
            await refuse(scope, receive, send, status=503, text="The server is stopping.")
        elif scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send)
        else:
            await self._serve_request(scope, receive, send)

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = ClosableSocket(send)
        self._sockets[connection] = this_task()
        try:
            await self.app(scope, receive, connection.send)
        finally:
            del self._sockets[connection]

    async def _serve_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = this_task()
        self._requests.add(task)
        try:
            await self.app(scope, receive, send)
        finally:
            self._requests.discard(task)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the lifespan, and end it when that is due, whatever the server still waits for."""
        messages = iter([receive, self._shutdown(receive)])

        async def next_message() -> Message:
            return await next(messages)()

        try:
            await self.app(scope, next_message, send)
        finally:
            self.shut_down = True

    def _shutdown(self, receive: Receive) -> Receive:
        async def shutdown() -> Message:
            due = self._shutdown_due.wait()
            waiting = {asyncio.ensure_future(receive()), asyncio.create_task(due)}
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in waiting:
                    task.cancel()
            return {"type": "lifespan.shutdown"}

        return shutdown

    async def finish(self, deadline: float) -> None:
        """Take nothing new, let events end until ``deadline``, and close all WebSockets."""
        self.stopping = True
        await self._finish_events(deadline)
        closing = [connection.close(SERVICE_RESTART) for connection in self._sockets]
        with suppress(TimeoutError):  # of clients that read nothing
            async with asyncio.timeout(ENDING):
                await asyncio.gather(*closing, return_exceptions=True)

    async def end(self, deadline: float) -> None:
        """Let requests end until ``deadline``; then end all that is left."""
        await ended(self._requests, deadline - monotonic())
        if self._requests:
            logger.warning("Stopped %d requests, which had no more time", len(self._requests))
        await ended(self._left(), min(CLOSING, max(ENDING, deadline - monotonic())))
        self._break_off()
        await ended(self._left(), ENDING)
        for task in self._left():
            task.cancel()
        await ended(self._left(), ENDING)
        self._shutdown_due.set()

    def _left(self) -> set[asyncio.Task[Any]]:
        return {*self._requests, *self._sockets.values()}


def this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None  # a coroutine function runs in one
    return task


async def ended(tasks: Iterable[asyncio.Task[Any]], seconds: float) -> None:
    """Wait until all of ``tasks`` have ended, or time is up."""
    if waiting := set(tasks):
        await asyncio.wait(waiting, timeout=max(0, seconds))
