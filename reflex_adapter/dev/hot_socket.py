"""The WebSocket by which Vite tells pages of changes, through the one port."""

from __future__ import annotations

import asyncio

import websockets

from asgi_compose import Receive, Scope, Send, refuse
from asgi_compose.asgi import header_values
from reflex_adapter.dev.vite import HOST
from reflex_adapter.dev.vite_client import target_of

PROTOCOLS = ("vite-hmr", "vite-ping")  # by which it is known
GONE = 1001


def is_hot_socket(scope: Scope) -> bool:
    return scope["type"] == "websocket" and bool(set(PROTOCOLS) & set(scope["subprotocols"]))


class HotSocket:
    """Passes messages both ways, and closes each side when the other one has ended.

    Vite looks at the ``Origin`` itself, too: it wants a token that only its own pages have.
    """

    def __init__(self, port: int) -> None:
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            return
        origin = next(iter(header_values(scope, "origin")), None)
        address = f"ws://{HOST}:{self._port}{target_of(scope).decode()}"
        try:
            vite = await websockets.connect(
                address,
                subprotocols=scope["subprotocols"],
                origin=origin,  # type: ignore[arg-type]
                compression=None,
                ping_interval=None,
                max_size=None,
                proxy=None,
            )
        except (OSError, websockets.WebSocketException):
            await refuse(scope, receive, send, status=503, text="Vite takes no socket.")
            return
        async with vite:
            await receive()  # websocket.connect
            await send({"type": "websocket.accept", "subprotocol": vite.subprotocol})
            await both_ways(vite, receive, send)


async def both_ways(vite: websockets.ClientConnection, receive: Receive, send: Send) -> None:
    ways = {asyncio.create_task(to_vite(receive, vite)), asyncio.create_task(to_page(vite, send))}
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def to_vite(receive: Receive, vite: websockets.ClientConnection) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        await vite.send(message["bytes"] if text is None else text)


async def to_page(vite: websockets.ClientConnection, send: Send) -> None:
    async for message in vite:
        kind = "text" if isinstance(message, str) else "bytes"
        await send({"type": "websocket.send", kind: message})
    await send({"type": "websocket.close", "code": GONE, "reason": ""})
