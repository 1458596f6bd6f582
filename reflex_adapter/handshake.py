"""Keep what the client said when it connected, and keep from Reflex what its page is not to read.

Reflex copies all headers of a handshake into its state, and so into the page, which also those
that a proxy has added would reach. So it is given a scope with the few that it needs, and the
bridge reads the one that the server made, which nothing changes. Which tab the client says it is
counts only together with its visitor: see `visitor.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgi_compose import ASGIApp, Message, Receive, Scope, Send, refuse
from reflex_adapter.claims import bound_header, claimed_token, with_bound_header, with_token
from reflex_adapter.conf import configuration
from reflex_adapter.connection import Connection
from reflex_adapter.in_band import POLICY_VIOLATION
from reflex_adapter.inbound import Inbound
from reflex_adapter.newcomers import Newcomers
from reflex_adapter.outage import NoAnswer
from reflex_adapter.outbound import Outbound
from reflex_adapter.revocation import sockets
from reflex_adapter.tab import Tab
from reflex_adapter.tabs import Tabs
from reflex_adapter.violations import ViolationLog

CONNECTION = "reflex_adapter.connection"
RETRY_AFTER = 10  # seconds
CREDENTIALS = frozenset({b"cookie", b"authorization"})
# All that Reflex sees of a handshake: what its `router.headers` has names for, but the cookie, ...
OF_ROUTER = frozenset(
    {
        *(b"host", b"origin", b"upgrade", b"connection", b"pragma", b"cache-control"),
        *(b"user-agent", b"accept-encoding", b"accept-language"),
        *(b"sec-websocket-version", b"sec-websocket-key", b"sec-websocket-extensions"),
    }
)
# ... the version of Reflex that the page was built with, the client's address behind a proxy
# (`trusted_proxy_hops`), and what engine.io compares an Origin with, if an own `sio` asks it to.
OF_CONNECTION = frozenset(
    {b"sec-websocket-protocol", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto"}
)
OF_HANDSHAKE = OF_ROUTER | OF_CONNECTION


class HandshakeKeeper:
    """Passes on a copy of the scope with few headers, and a ``Connection`` that has them all.

    Only what the guards in front of it let through may come here: the bridge takes a kept
    connection for one whose ``Origin`` and host were checked.
    """

    def __init__(
        self,
        app: ASGIApp,
        release: Callable[[str], Awaitable[None]],
        queue_exceeds: Callable[[str, int], bool],
        judge: Callable[[dict[str, Any]], None],
        violations: ViolationLog,
        tabs: Tabs | None = None,
    ) -> None:
        """``release`` takes a token away from the socket that Reflex has linked it to;
        ``queue_exceeds`` tells whether more events than so many of the token's tab wait;
        ``judge`` raises ``Malformed`` for events that no page of the app sends.
        """
        configuration()  # a wrong setting is told at start
        self.app = app
        self.tabs = Tabs() if tabs is None else tabs
        self.newcomers = Newcomers()
        self._release = release
        self._queue_exceeds = queue_exceeds
        self._judge = judge
        self._violations = violations
        self._open = 0

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Not a coroutine itself: each frame is memory that every open socket holds."""
        if scope["type"] == "lifespan":
            return self.app(scope, receive, send)
        if scope["type"] == "websocket":
            return self._serve_socket(scope, receive, send)
        connection = Connection(scope, send)
        inner = with_bound_header(inner_scope(connection), connection.visitor)
        return self.app(inner, receive, connection.send)

    def admits_token(self, request: Connection) -> bool:
        """Tell whether a request may bring its token: an open tab's, or one of not too many."""
        if self.tabs.has(bound_header(request.handshake, request.visitor)):
            return True
        return self.newcomers.admits(request, configuration().socket)

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        def overrun(why: str) -> None:
            self._note(scope, why)
            tab.connection.cut(POLICY_VIOLATION)

        outbound = Outbound(send, configuration().socket, overrun)
        tab = Tab(Connection(scope, outbound.send), receive, self._release, self._inbound)
        tab.connection.when_closed.append(outbound.forget)
        try:
            if await self._enters(tab, receive):
                try:
                    inner = with_token(inner_scope(tab.connection), tab.token)
                    await self.app(inner, tab.receive, tab.send)
                finally:
                    self._leaves(tab)
            await outbound.sent()
        finally:
            outbound.abandon()

    async def _enters(self, tab: Tab, receive: Receive) -> bool:
        """Return whether there is room for ``tab``; if not, its handshake has been refused."""
        limits = configuration().socket
        if not self.newcomers.admits(tab.connection, limits):
            wait = self.newcomers.seconds_left
            await self._refuse(tab.connection, receive, 429, "too many new sockets", wait)
            return False
        if self._open >= limits.max_open:
            await self._refuse(tab.connection, receive, 503, "too many sockets are open")
            return False
        self._open += 1
        entered = False
        try:
            visitor = tab.connection.visitor
            if visitor is None:
                visitor, tab.set_cookie = tab.connection.make_visitor()
            claimed = claimed_token(tab.connection.handshake)
            entered = await self.tabs.enter(tab, visitor, claimed, limits.max_per_visitor)
        except NoAnswer:  # and so nobody could load its state
            await self._refuse(tab.connection, receive, 503, "other processes cannot be asked")
            return False
        finally:
            self._open -= not entered
        if entered:
            sockets.enter(tab.connection)
        else:
            await self._refuse(tab.connection, receive, 403, "too many sockets of one visitor")
        return entered

    def _leaves(self, tab: Tab) -> None:
        sockets.leave(tab.connection)
        self.tabs.leave(tab)
        self._open -= 1

    async def _refuse(
        self,
        connection: Connection,
        receive: Receive,
        status: int,
        why: str,
        retry_after: int = RETRY_AFTER,
    ) -> None:
        self._note(connection.handshake, why)
        text = "Please close a few tabs, or come back later."

        async def send(message: Message) -> None:
            if message["type"].endswith(".response.start"):
                later = (b"retry-after", str(retry_after).encode())
                message = {**message, "headers": [*message["headers"], later]}
            await connection.send(message)

        await refuse(connection.handshake, receive, send, status=status, text=text)

    def _note(self, scope: Scope, why: str) -> None:
        self._violations.write(scope, why, scope["path"], most=configuration().socket.max_log_lines)

    def _inbound(self, tab: Tab) -> Inbound:
        def queue_exceeds(most: int) -> bool:
            return self._queue_exceeds(tab.token, most)

        scope = tab.connection.handshake
        limits = configuration().socket
        return Inbound(scope, limits, self._violations, self._judge, queue_exceeds)


def inner_scope(connection: Connection) -> Scope:
    """Return the scope that Reflex is to see."""
    scope = connection.handshake
    return {**scope, "headers": inner_headers(scope), CONNECTION: connection}


def inner_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return the headers that Reflex is to see.

    Those of a handshake get into its state: it sees a few of them, which engine.io's ``Upgrade`` is
    always of (over HTTP/2 there is none: RFC 8441, section 5). Those of an upload or of another
    request do not: it sees all but credentials.
    """
    if scope["type"] != "websocket":
        return [pair for pair in scope["headers"] if pair[0].lower() not in CREDENTIALS]
    headers = [pair for pair in scope["headers"] if pair[0].lower() in OF_HANDSHAKE]
    if all(name.lower() != b"upgrade" for name, _ in headers):
        headers.append((b"upgrade", b"websocket"))
    return headers
