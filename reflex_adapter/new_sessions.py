"""Have the other tabs of a browser connect again when one of them is given another session.

A WebSocket keeps the cookies of its handshake. Once its browser has another session, whether by a
view of Django's or by an event of another tab, its next event would still be of the old one, and
the cookies that it sets would be dropped. So its socket is closed, and the page comes back with
the cookies that the browser has by then.
"""

from __future__ import annotations

import hashlib
from http.cookies import SimpleCookie

from django.conf import settings

from asgi_compose import ASGIApp, Message, Receive, Scope, Send
from reflex_adapter.connection import ends_now, sent_cookies
from reflex_adapter.other_processes import others
from reflex_adapter.revocation import sockets
from reflex_adapter.visitor import visitor_of

RENEWED = "session renewed"  # what processes tell each other of a visitor


class NewSessions:
    """Django's application; it notes which browser it gives another session, or none any more."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given: list[str] = []

        async def noting(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                given.extend(session_lines(message))
            elif given:  # servers send headers with the first part of the body
                note(scope, given.pop())

        await self.app(scope, receive, noting if scope["type"] == "http" else send)


def session_lines(start: Message) -> list[str]:
    """Return the ``Set-Cookie`` values of a response that set or delete the session cookie."""
    name = f"{settings.SESSION_COOKIE_NAME}=".encode()
    lines = (value for key, value in start.get("headers", ()) if key.lower() == b"set-cookie")
    return [line.decode("latin-1") for line in lines if line.startswith(name)]


def note(scope: Scope, line: str) -> None:
    """Have the browser's tabs connect again if this cookie is not the one it sent."""
    morsel = SimpleCookie(line)[settings.SESSION_COOKIE_NAME]
    session = None if ends_now(morsel) else morsel.coded_value
    sent = sent_cookies(scope)
    visitor = visitor_of(sent)
    if visitor is not None and session != sent.get(settings.SESSION_COOKIE_NAME):
        renewed(visitor, session)


def renewed(visitor: str, session: str | None) -> None:
    """Have the sockets of ``visitor`` that have another session cookie connect again, everywhere.

    Those by which an event is under way do when it has ended.
    """
    about = f"{visitor} {digest(session)}"
    connect_again(about)
    others.tell(RENEWED, about)


def connect_again(about: str) -> None:
    """Do so in this process; ``about`` is what another one tells."""
    visitor, _, current = about.partition(" ")
    for connection in sockets:
        if connection.visitor == visitor and digest(connection.session_cookie) != current:
            connection.connect_again()


def digest(session: str | None) -> str:
    """Return what tells a session cookie from another, and opens none."""
    return hashlib.sha256((session or "").encode()).hexdigest()
