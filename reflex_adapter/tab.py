"""One open socket of a tab: what Reflex gets to see of it, and whether its page is alive."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from asgi_compose import Message, Receive
from reflex_adapter.connection import Connection
from reflex_adapter.in_band import (
    CONNECT,
    DISCONNECT,
    PING,
    PONG,
    is_event,
    namespace_of,
    new_token,
)
from reflex_adapter.inbound import Inbound, Overrun

PATIENCE = 1.0  # seconds in which the page of a living socket answers
TAKEN_OVER = 4409  # the close code of a socket whose tab has come back by another


class Tab:
    """One open socket of a tab: what Reflex gets to see of it, and whether it is alive.

    ``release`` takes the token away from the socket that has it; it is called when this one
    connects, since Reflex would give it a new token otherwise. ``inbound`` makes what judges the
    messages of this tab.
    """

    def __init__(
        self,
        connection: Connection,
        receive: Receive,
        release: Callable[[str], Awaitable[None]],
        inbound: Callable[[Tab], Inbound],
    ) -> None:
        self.connection = connection
        self.visitor = ""
        self.token = ""  # what Reflex keeps the tab's state under
        self.news: str | None = None  # the token that the page does not know yet
        self.set_cookie: str | None = None  # the visitor's, where the handshake brought none
        self.when_linked: Callable[[], Awaitable[None]] | None = None  # the token to its socket
        self._receive = receive
        self._inbound = inbound(self)
        self._release = release
        self._open = self._connected = False
        self.takes_events = True  # if not, those that come are dropped
        self._discarding: asyncio.Task[None] | None = None  # kept, or it might be collected
        self._alive: asyncio.Future[bool] | None = None  # while the page is being asked
        self._hearing: asyncio.Timeout | None = None  # while the next message is waited for
        connection.when_closed.append(self._hear_no_more)

    async def receive(self) -> Message:
        """Return the next message that Reflex may see."""
        while True:
            message = await self._heard()
            if message["type"] == "websocket.disconnect":
                self._open = False
                self.connection.closed = True  # servers differ in what sending raises from now on
                self._conclude(False)
            if message["type"] != "websocket.receive":
                return message
            if self.connection.closed:
                return await self._gone(TAKEN_OVER)
            self._open = True
            text: str = message.get("text") or ""  # none in a binary message
            if text == PONG:
                self._conclude(True)
                self.connection.rest()  # while nobody touches the page, this is all that comes
            try:
                admitted = self._inbound.admit(message)
            except Overrun as overrun:
                return await self._end(overrun.code)
            if admitted is not None and (self.takes_events or not is_event(text)):
                await self._follow(text)
                return admitted

    async def _heard(self) -> Message:
        """Return what comes next, or that the client has gone if the socket is closed from here."""
        if self.connection.closed:
            return await self._gone(TAKEN_OVER)
        try:
            async with asyncio.timeout(None) as self._hearing:
                return await self._receive()
        except TimeoutError:
            return await self._gone(TAKEN_OVER)
        finally:
            self._hearing = None

    def _hear_no_more(self) -> None:
        if self._hearing is not None:
            self._hearing.reschedule(asyncio.get_running_loop().time())

    async def _end(self, code: int) -> Message:
        """Close the socket, and have Reflex hear no more of it."""
        self._open = False
        self._conclude(False)
        with suppress(TimeoutError, OSError):  # of a client that sends, and reads nothing
            async with asyncio.timeout(PATIENCE):
                await self.connection.close(code)
        return await self._gone(code)

    async def _gone(self, code: int) -> Message:
        """Have Reflex hear no more of a closed socket, once the client had time to see it closed.

        What it still sends is read until it ends: hypercorn waits for that, and would keep the
        connection for ever. Closing at once, with something unread, would lose the close code.
        """
        self._discarding = asyncio.create_task(self._discard())
        await asyncio.wait([self._discarding], timeout=PATIENCE)
        return {"type": "websocket.disconnect", "code": code}

    async def _discard(self) -> None:
        while (await self._receive())["type"] != "websocket.disconnect":
            pass

    async def _follow(self, text: str) -> None:
        if text.startswith(DISCONNECT):
            self._connected = False
        elif text.startswith(CONNECT) and not self._connected:
            self._connected = True
            await self._release(self.token)

    async def send(self, message: Message) -> None:
        """Send for Reflex, with what the browser and the page are to know of their tab."""
        if message["type"] == "websocket.accept" and self.set_cookie is not None:
            cookie = (b"set-cookie", self.set_cookie.encode("ascii"))
            message = {**message, "headers": [*message.get("headers", ()), cookie]}
        await self.connection.send(message)
        text = message.get("text") or ""
        if text.startswith(CONNECT):
            await self._linked(namespace_of(text))

    async def _linked(self, namespace: str) -> None:
        """Do what waits until Reflex has linked the token to this socket."""
        if self.news is not None:
            packet = new_token(namespace, self.news)
            await self.connection.send({"type": "websocket.send", "text": packet})
        if self.when_linked is not None and not self.connection.closed:
            tell, self.when_linked = self.when_linked, None
            await tell()

    async def is_alive(self) -> bool:
        """Ask the page, unless nothing was heard of it yet or it has left."""
        if not self._open or self.connection.closed:
            return False
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(PATIENCE):
                if self._alive is None:
                    self._alive = asyncio.get_running_loop().create_future()
                    await self.connection.send({"type": "websocket.send", "text": PING})
                return await asyncio.shield(self._alive)
        return False

    def _conclude(self, alive: bool) -> None:
        if self._alive is not None:
            self._alive.set_result(alive)
            self._alive = None
