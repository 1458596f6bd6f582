"""What waits to be sent to one client, within bounds of number, size and time.

python-engineio keeps what a slow client has not read yet in a queue without an end, and waits for
each message to be taken by the server. Here it never waits: what the server does not take at once
waits here, where it is counted, and a client that lets too much wait has its socket closed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

from asgi_compose import Message, Send
from reflex_adapter.limits import SocketLimits

LAST_WORDS = 1.0  # seconds that a client gets to read that its socket is closed


class Outbound:
    """The server's ``send`` of one WebSocket: give the application ``send`` of this instead.

    ``overrun`` is told once what limit a client breaks; what waited is forgotten then.
    """

    def __init__(self, send: Send, limits: SocketLimits, overrun: Callable[[str], None]) -> None:
        self._send = send
        self._limits = limits
        self._overrun = overrun
        self._waiting: list[Message] = []
        self._size = 0  # of what waits, and of what the server has not taken yet
        self._sender: asyncio.Task[None] | None = None  # while anything waits, or failed
        self._begun: asyncio.Task[None] | None = None  # what sends the first that waits
        self._patience: asyncio.Timeout | None = None  # while the server has not taken a message
        self._over = False

    async def send(self, message: Message) -> None:
        """Have ``message`` sent in its turn; raise what the server raised, of one before it too."""
        if self._sender is not None and self._sender.done():
            self._sender.result()
        if self._sender is None:
            self._begun = begun(self._send, message)
            if self._begun is not None and self._begun.done():
                self._begun.result()
                return
        self._size += size_of(message)
        if self._waiting and self._exceeds():
            self._break("too much waits for a client that does not read")
            return
        self._waiting.append(message)
        if self._sender is None:
            self._sender = asyncio.create_task(self._send_waiting())

    def forget(self) -> None:
        """Send nothing of what waits, and let the message under way not take much longer."""
        self._over = True
        self._waiting.clear()
        if self._patience is not None and not self._patience.expired():
            self._patience.reschedule(asyncio.get_running_loop().time() + LAST_WORDS)

    async def sent(self) -> None:
        """Wait until nothing waits, or time is up."""
        if self._sender is not None:
            await asyncio.wait([self._sender], timeout=self._limits.max_send_wait)

    def abandon(self) -> None:
        """Send no more; nobody asks what has failed."""
        if self._sender is not None and not self._sender.cancel() and not self._sender.cancelled():
            self._sender.exception()

    async def _send_waiting(self) -> None:
        while self._waiting:
            message = self._waiting[0]
            await self._send_in_time(message)
            if self._waiting and self._waiting[0] is message:  # not forgotten meanwhile
                del self._waiting[0]
            self._size -= size_of(message)
        self._sender = None

    async def _send_in_time(self, message: Message) -> None:
        seconds = LAST_WORDS if self._over else self._limits.max_send_wait
        try:
            async with asyncio.timeout(seconds) as self._patience:
                await self._sending(message)
            return
        except TimeoutError:
            pass
        finally:
            self._patience = None
        self._break("a client has not read for too long")

    def _sending(self, message: Message) -> Awaitable[None]:
        sending, self._begun = self._begun, None
        return sending or self._send(message)

    def _exceeds(self) -> bool:
        limits = self._limits
        return len(self._waiting) >= limits.max_waiting or self._size > limits.max_waiting_size

    def _break(self, why: str) -> None:
        if not self._over:
            self.forget()
            self._overrun(why)


def begun(send: Send, message: Message) -> asyncio.Task[None] | None:
    """Have the server take ``message``, as most often it does at once, without a turn of the loop.

    Returns the rest of that, or ``None`` before Python 3.12, where a task begins in a turn only.
    """
    if sys.version_info < (3, 12):
        return None
    loop = asyncio.get_running_loop()
    return asyncio.Task(sending(send, message), loop=loop, eager_start=True)


async def sending(send: Send, message: Message) -> None:
    await send(message)


def size_of(message: Message) -> int:
    """Return the bytes of memory that a message needs."""
    return sys.getsizeof(message.get("text") or message.get("bytes"))
