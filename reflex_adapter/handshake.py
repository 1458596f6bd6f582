"""Keep what the client said when it connected, and keep its credentials from Reflex.

Reflex copies the headers of a connection into its state. So it is given a scope without the
credentials, and the bridge reads the one that the server made, which nothing changes. Which tab
the client says it is counts only together with its visitor: see `visitor.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgi_compose import ASGIApp, Message, Receive, Scope, Send, refuse
from reflex_adapter.claims import claimed_token, with_bound_header, with_token
from reflex_adapter.conf import configuration
from reflex_adapter.connection import Connection
from reflex_adapter.in_band import POLICY_VIOLATION
from reflex_adapter.inbound import Inbound
from reflex_adapter.outbound import Outbound
from reflex_adapter.revocation import sockets
from reflex_adapter.tabs import Tab, Tabs
from reflex_adapter.violations import ViolationLog

CONNECTION = "reflex_adapter.connection"
RETRY_AFTER = [(b"retry-after", b"10")]  # seconds
CREDENTIALS = frozenset({b"cookie", b"authorization"})


class HandshakeKeeper:
    """Passes on a copy of the scope without credentials, and a ``Connection`` that has them.

    Only what the guards in front of it let through may come here: the bridge takes a kept
    connection for one whose ``Origin`` and host were checked.
    """

    def __init__(
        self,
        app: ASGIApp,
        release: Callable[[str], Awaitable[None]],
        queue_exceeds: Callable[[str, int], bool],
        violations: ViolationLog,
    ) -> None:
        """``release`` takes a token away from the socket that Reflex has linked it to;
        ``queue_exceeds`` tells whether more events than so many of the token's tab wait.
        """
        configuration()  # a wrong setting is told at start
        self.app = app
        self.tabs = Tabs()
        self._release = release
        self._queue_exceeds = queue_exceeds
        self._violations = violations
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send)
            return
        connection = Connection(scope, send)
        inner = kept_from_reflex(scope, connection)
        await self.app(with_bound_header(inner, connection.visitor), receive, connection.send)

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        def overrun(why: str) -> None:
            self._note(scope, why)
            connection.cut(POLICY_VIOLATION)

        outbound = Outbound(send, configuration().socket, overrun)
        connection = Connection(scope, outbound.send)
        connection.when_closed.append(outbound.forget)
        try:
            await self._serve_tab(kept_from_reflex(scope, connection), receive, connection)
            await outbound.sent()
        finally:
            outbound.abandon()

    async def _serve_tab(self, inner: Scope, receive: Receive, connection: Connection) -> None:
        if self._open >= configuration().socket.max_open:
            await self._refuse(connection, receive, 503, "too many sockets are open")
            return
        self._open += 1
        try:
            await self._enter(inner, receive, connection)
        finally:
            self._open -= 1

    async def _enter(self, inner: Scope, receive: Receive, connection: Connection) -> None:
        tab = Tab(connection, receive, self._release, self._inbound)
        visitor = connection.visitor
        if visitor is None:
            visitor, tab.set_cookie = connection.make_visitor()
        most = configuration().socket.max_per_visitor
        if not await self.tabs.enter(tab, visitor, claimed_token(inner), most):
            await self._refuse(connection, receive, 403, "too many sockets of one visitor")
            return
        sockets.enter(connection)
        try:
            await self.app(with_token(inner, tab.token), tab.receive, tab.send)
        finally:
            sockets.leave(connection)
            self.tabs.leave(tab)

    async def _refuse(
        self, connection: Connection, receive: Receive, status: int, why: str
    ) -> None:
        self._note(connection.handshake, why)
        text = "Please close a few tabs, or come back later."

        async def send(message: Message) -> None:
            if message["type"].endswith(".response.start"):
                message = {**message, "headers": [*message["headers"], *RETRY_AFTER]}
            await connection.send(message)

        await refuse(connection.handshake, receive, send, status=status, text=text)

    def _note(self, scope: Scope, why: str) -> None:
        self._violations.write(scope, why, scope["path"], most=configuration().socket.max_log_lines)

    def _inbound(self, tab: Tab) -> Inbound:
        def queue_exceeds(most: int) -> bool:
            return self._queue_exceeds(tab.token, most)

        scope = tab.connection.handshake
        return Inbound(scope, configuration().socket, self._violations, queue_exceeds)


def kept_from_reflex(scope: Scope, connection: Connection) -> Scope:
    return {**scope, "headers": inner_headers(scope), CONNECTION: connection}


def inner_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return the headers without credentials and, for engine.io, with the ``Upgrade`` it looks for.

    A WebSocket over HTTP/2 has no such header (RFC 8441, section 5).
    """
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in CREDENTIALS]
    if scope["type"] == "websocket" and all(name.lower() != b"upgrade" for name, _ in headers):
        headers.append((b"upgrade", b"websocket"))
    return headers
