"""Bring the cookies that an event set to the browser, unchanged and unseen by JavaScript.

A WebSocket cannot set cookies. So the page is sent a ticket, which it redeems with a same-origin
``POST``; the answer carries the ``Set-Cookie`` lines as the chain made them, ``HttpOnly``
included. A ticket is good once, for 30 seconds, and only for the visitor whose event it was, with
the session cookie that the event had: another tab may have logged in meanwhile, and must not be
logged out. A page that was loaded anew during its event redeems the ticket of it, too; it has
connected with the cookies of before, so it is made to connect again.
Tickets are kept in this process; where there are others, in Redis, since the page may reach any.
"""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import reflex as rx
from django.conf import settings
from reflex.event import EventSpec

from asgi_compose import Receive, Scope, Send, refuse
from reflex_adapter import ticket_safe
from reflex_adapter.conf import TICKET_PATH
from reflex_adapter.connection import STALE_SESSION, Connection, sent_cookies
from reflex_adapter.new_sessions import renewed
from reflex_adapter.other_processes import OtherProcesses
from reflex_adapter.ticket_safe import Cookies, label
from reflex_adapter.visitor import visitor_of

logger = logging.getLogger("reflex_adapter")

TICKET_HEADER = b"x-event-cookies"
SECONDS = 30
PATIENCE = 1.0  # seconds that the updates of an event wait for its cookies to arrive
REDEEMED, DROPPED = "ticket redeemed", "ticket dropped"  # what processes tell each other


@dataclass(frozen=True)
class Issued:
    """A ticket that this process has issued, and that has not been redeemed."""

    connection: Connection
    given: str | None  # the session cookie that the event had
    present: Callable[[], Connection | None]
    tell: Callable[[EventSpec], Awaitable[None]]
    expires: float
    redeemed: asyncio.Event = field(default_factory=asyncio.Event)


class CookieTickets:
    """Issues tickets and, as an ASGI application behind the origin guard, redeems them."""

    def __init__(self, others: OtherProcesses) -> None:
        self._others = others
        self._issued: dict[str, Issued] = {}  # by the labels of their tickets
        self._here: dict[str, Cookies] = {}  # of those that are kept in this process
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def told(self) -> Mapping[str, Callable[[str], None]]:
        """What to do when another process tells that it has redeemed a ticket of this one."""
        return {
            REDEEMED: functools.partial(self._conclude, fits=True),
            DROPPED: functools.partial(self._conclude, fits=False),
        }

    async def hand_over(
        self,
        lines: list[str],
        given: str | None,
        connection: Connection,
        present: Callable[[], Connection | None],
        tell: Callable[[EventSpec], Awaitable[None]],
    ) -> None:
        """Make the page fetch ``lines``, and give it a moment to do so.

        ``present`` tells which connection the tab has by then.
        What the event sends next may rely on the cookies: a navigation after a login does.
        """
        self._forget_expired()
        name = secrets.token_urlsafe(32)
        ticket = Issued(connection, given, present, tell, time.monotonic() + SECONDS)
        self._issued[label(name)] = ticket
        cookies = Cookies(lines, given, connection.visitor)
        if not await ticket_safe.put(self._others, name, cookies, SECONDS):
            self._here[label(name)] = cookies
        headers = json.dumps({TICKET_HEADER.decode(): name})
        options = f"{{method: 'POST', keepalive: true, headers: {headers}}}"
        await tell(rx.call_script(f"fetch({TICKET_PATH!r}, {options})"))
        with suppress(TimeoutError):
            await asyncio.wait_for(ticket.redeemed.wait(), PATIENCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = dict(scope["headers"]).get(TICKET_HEADER, b"").decode("latin-1")
        cookies = await self._take(name) if name and scope.get("method") == "POST" else None
        if cookies is None:
            await refuse(scope, receive, send, status=403, text="This ticket is not valid.")
            return
        sent = sent_cookies(scope)
        visitor = visitor_of(sent)
        fits = (sent.get(settings.SESSION_COOKIE_NAME), visitor) == (cookies.given, cookies.visitor)
        if not fits:
            logger.warning("Cookies of an event dropped: its browser has other ones by now")
        await answer(send, cookies.lines if fits else [])
        # One that keeps no cookies would come back without them, again and again.
        self._settle(label(name), fits=fits or visitor is None)

    async def _take(self, name: str) -> Cookies | None:
        self._forget_expired()
        return self._here.pop(label(name), None) or await ticket_safe.take(self._others, name)

    def _settle(self, ticket: str, *, fits: bool) -> None:
        if ticket in self._issued:
            self._conclude(ticket, fits=fits)
        else:
            self._others.tell(REDEEMED if fits else DROPPED, ticket)

    def _conclude(self, ticket: str, *, fits: bool) -> None:
        """Let the event go on whose ticket this is; close its socket if the cookies do not fit."""
        issued = self._issued.pop(ticket, None)
        if issued is None:
            return
        connection = issued.connection
        if fits:
            if connection.closed and (present := issued.present()):
                present.cut(STALE_SESSION)
            if connection.visitor and connection.session_cookie != issued.given:
                renewed(connection.visitor, connection.session_cookie)
            issued.redeemed.set()
        else:
            connection.when_closed.append(issued.redeemed.set)
            task = asyncio.create_task(apologise(issued))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _forget_expired(self) -> None:
        now = time.monotonic()
        for name in [name for name, ticket in self._issued.items() if ticket.expires < now]:
            del self._issued[name]
            self._here.pop(name, None)


async def apologise(issued: Issued) -> None:
    """Say that the event of this ticket came to nothing, and have its page come back."""
    try:
        if not issued.connection.closed:
            await issued.tell(try_again())
    finally:
        issued.connection.close_soon(STALE_SESSION)


def try_again() -> EventSpec:
    shown: EventSpec = rx.toast.warning(
        "Please try again.",
        description="Another tab has logged in or out, or begun a session, in the meantime.",
        id="try_again",
        fallback_to_alert=True,
    )
    return shown


async def answer(send: Send, lines: list[str]) -> None:
    cookies = [(b"set-cookie", line.encode("latin-1")) for line in lines]
    headers = [(b"cache-control", b"no-store"), *cookies]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
