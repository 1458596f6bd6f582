"""Bring the cookies that an event set to the browser, unchanged and unseen by JavaScript.

A WebSocket cannot set cookies. So the page is sent a ticket, which it redeems with a same-origin
``POST``; the answer carries the ``Set-Cookie`` lines as the chain made them, ``HttpOnly``
included. A ticket is good once, for 30 seconds, and only for the visitor whose event it was, with
the session cookie that the event had: another tab may have logged in meanwhile, and must not be
logged out.
Tickets are kept in this process.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import reflex as rx
from django.conf import settings
from reflex.event import EventSpec

from asgi_compose import Receive, Scope, Send, refuse
from reflex_adapter.conf import TICKET_PATH
from reflex_adapter.connection import STALE_SESSION, Connection, sent_cookies
from reflex_adapter.visitor import visitor_of

logger = logging.getLogger("reflex_adapter")

TICKET_HEADER = b"x-event-cookies"
SECONDS = 30
PATIENCE = 1.0  # seconds that the updates of an event wait for its cookies to arrive


@dataclass(frozen=True)
class Ticket:
    """``Set-Cookie`` values for whoever still has the session cookie ``given``."""

    lines: list[str]
    given: str | None
    connection: Connection
    expires: float
    redeemed: asyncio.Event = field(default_factory=asyncio.Event)


class CookieTickets:
    """Issues tickets and, as an ASGI application behind the origin guard, redeems them."""

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}

    async def hand_over(
        self,
        lines: list[str],
        given: str | None,
        connection: Connection,
        tell: Callable[[EventSpec], Awaitable[None]],
    ) -> None:
        """Make the page fetch ``lines``, and give it a moment to do so.

        What the event sends next may rely on the cookies: a navigation after a login does.
        """
        self._forget_expired()
        name = secrets.token_urlsafe(32)
        ticket = Ticket(lines, given, connection, time.monotonic() + SECONDS)
        self._tickets[name] = ticket
        headers = json.dumps({TICKET_HEADER.decode(): name})
        options = f"{{method: 'POST', keepalive: true, headers: {headers}}}"
        await tell(rx.call_script(f"fetch({TICKET_PATH!r}, {options})"))
        with suppress(TimeoutError):
            await asyncio.wait_for(ticket.redeemed.wait(), PATIENCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ticket = self._redeemed(scope) if scope.get("method") == "POST" else None
        if ticket is None:
            await refuse(scope, receive, send, status=403, text="This ticket is not valid.")
            return
        cookies = sent_cookies(scope)
        visitor = visitor_of(cookies)
        others = cookies.get(settings.SESSION_COOKIE_NAME) != ticket.given
        if others or visitor != ticket.connection.visitor:
            logger.warning("Cookies of an event dropped: its browser has other ones by now")
            await answer(send, [])
            # One that keeps no cookies comes back without them, again and again.
            if visitor is not None:
                await ticket.connection.close(STALE_SESSION)
        else:
            await answer(send, ticket.lines)
        ticket.redeemed.set()

    def _redeemed(self, scope: Scope) -> Ticket | None:
        self._forget_expired()
        headers = dict(scope["headers"])
        return self._tickets.pop(headers.get(TICKET_HEADER, b"").decode("latin-1"), None)

    def _forget_expired(self) -> None:
        now = time.monotonic()
        for name in [name for name, ticket in self._tickets.items() if ticket.expires < now]:
            del self._tickets[name]


async def answer(send: Send, lines: list[str]) -> None:
    cookies = [(b"set-cookie", line.encode("latin-1")) for line in lines]
    headers = [(b"cache-control", b"no-store"), *cookies]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
