"""What idle sockets are compared with: Reflex alone, python-socketio alone, hypercorn alone."""

from __future__ import annotations

import reflex as rx
import socketio  # type: ignore[import-untyped]

from asgi_compose import ASGIApp, Receive, Scope, Send
from reflex_adapter._reflex import serving_only

OPENED, CONNECTED = '0{"sid":"x"}', '40/_event,{"sid":"x"}'


class IdleState(rx.State):
    """What every tab shows, of whichever application."""

    count: int = 0
    name: str = ""

    @rx.var
    def told(self) -> str:
        return f"{self.name} {self.count}"


def page() -> rx.Component:
    text: rx.Component = rx.text(IdleState.count, IdleState.told)
    return text


def plain() -> ASGIApp:
    app = rx.App()
    app.add_page(page, route="/")
    with serving_only():
        asgi: ASGIApp = app()
    return asgi


def socketio_alone() -> ASGIApp:
    """The server that Reflex has, with nothing to say: what is below Reflex."""
    server = socketio.AsyncServer(async_mode="asgi", transports=["websocket"])
    server.on("connect", handler=accept, namespace="/_event")
    app: ASGIApp = socketio.ASGIApp(server, socketio_path="/_event")
    return app


async def accept(sid: str, environ: object, auth: object = None) -> None:
    pass


async def hypercorn_alone(scope: Scope, receive: Receive, send: Send) -> None:
    """Say what a client waits for, and wait: no application can hold less."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": OPENED})
    while (await receive())["type"] != "websocket.disconnect":
        await send({"type": "websocket.send", "text": CONNECTED})
