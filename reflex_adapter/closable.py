"""A WebSocket that can be closed from beside the application that serves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from asgi_compose import Message, Send

SERVICE_RESTART = 1012  # the close code after which a client comes back, to the next process
MOMENT = 0.05  # seconds in which what an application has queued gets to be sent


class ClosableSocket:
    """The server's ``send`` of one connection: give the application ``send`` of this instead."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.closed = False
        self.silent = False  # whether what the application sends is dropped
        self.when_closed: list[Callable[[], None]] = []  # called before it is closed from here
        self._closing: asyncio.Task[None] | None = None

    async def send(self, message: Message) -> None:
        """Send on the connection; nothing once it was closed or silenced from here."""
        if not (self.closed or self.silent):
            await self._send(message)

    async def close(self, code: int) -> None:
        """Close the WebSocket with ``code``; the server then tells the application."""
        if not self.closed:
            self.closed = True
            for tell in self.when_closed:
                tell()
            await self._send({"type": "websocket.close", "code": code, "reason": ""})

    def close_soon(self, code: int) -> None:
        """Close the WebSocket after a moment, so that what was told before still arrives."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close_after_a_moment(code))

    def cut(self, code: int) -> None:
        """Send nothing more from now on, and close the WebSocket."""
        self.silent = True
        self.close_soon(code)

    async def _close_after_a_moment(self, code: int) -> None:
        await asyncio.sleep(MOMENT)
        with suppress(OSError):  # what some servers raise where the client has gone meanwhile
            await self.close(code)
