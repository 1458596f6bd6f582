"""Both ends of an ASGI connection: an application that notes what reaches it, and a client."""

from __future__ import annotations

from typing import Any

from asgiref.testing import ApplicationCommunicator

from asgi_compose import ASGIApp, Receive, Scope, Send


class Inner:
    """Takes everything, and keeps a list of it."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        self.seen.append((scope["type"], scope.get("path", message["type"])))
        if scope["type"] == "lifespan":
            await send({"type": "lifespan.startup.complete"})
            self.seen.append(("lifespan", (await receive())["type"]))
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"inner"})


async def first_message(app: ASGIApp, scope: dict[str, Any]) -> dict[str, Any]:
    """Return the first message that ``app`` sends, once it has ended."""
    server = ApplicationCommunicator(app, scope)
    kind = "websocket.connect" if scope["type"] == "websocket" else "http.request"
    await server.send_input({"type": kind})
    message = await server.receive_output(timeout=10)
    await server.wait(timeout=10)
    return message
