"""Keep what the client said when it connected, and keep its credentials from Reflex.

Reflex copies the headers of a connection into its state, and lets a client replace them in band.
So it is given a scope without the credentials, and the bridge reads the one that the server
made, which nothing changes.
"""

from __future__ import annotations

from asgi_compose import ASGIApp, Receive, Scope, Send
from reflex_adapter.connection import Connection

CONNECTION = "reflex_adapter.connection"
CREDENTIALS = frozenset({b"cookie", b"authorization"})


class HandshakeKeeper:
    """Passes on a copy of the scope without credentials, and a ``Connection`` that has them.

    Only what the guards in front of it let through may come here: the bridge takes a kept
    connection for one whose ``Origin`` and host were checked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        connection = Connection(scope, send)
        inner = {**scope, "headers": inner_headers(scope), CONNECTION: connection}
        await self.app(inner, receive, connection.send)


def inner_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return the headers without credentials and, for engine.io, with the ``Upgrade`` it looks for.

    A WebSocket over HTTP/2 has no such header (RFC 8441, section 5).
    """
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in CREDENTIALS]
    if scope["type"] == "websocket" and all(name.lower() != b"upgrade" for name, _ in headers):
        headers.append((b"upgrade", b"websocket"))
    return headers
