"""A WebSocket that can be closed from beside the application that serves it."""

from __future__ import annotations

from asgi_compose import Message, Send


class ClosableSocket:
    """The server's ``send`` of one connection: give the application ``send`` of this instead."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._closed = False

    async def send(self, message: Message) -> None:
        """Send on the connection; nothing once it was closed from here."""
        if not self._closed:
            await self._send(message)

    async def close(self, code: int) -> None:
        """Close the WebSocket with ``code``; the server then tells the application."""
        if not self._closed:
            self._closed = True
            await self._send({"type": "websocket.close", "code": code, "reason": ""})
