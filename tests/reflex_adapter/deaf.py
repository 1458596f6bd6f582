"""A client of the event channel that reads nothing, over raw TCP with small buffers."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import struct
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

RECEIVE_BUFFER = 4096  # bytes


class DeafClient:
    """Sends events; what comes in reply stays with the server until ``close_code`` is asked for."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._loop = asyncio.get_running_loop()

    async def send(self, text: str) -> None:
        """Send one masked text frame (RFC 6455, section 5.2)."""
        data, key = text.encode(), os.urandom(4)
        size = bytes([0x80 | min(len(data), 126)])
        if len(data) > 125:
            size += struct.pack("!H", len(data))
        masked = bytes(byte ^ key[place % 4] for place, byte in enumerate(data))
        await self._loop.sock_sendall(self._socket, b"\x81" + size + key + masked)

    async def call(self, name: str, **payload: Any) -> None:
        event = {"name": name, "payload": payload, "router_data": {"pathname": "/", "asPath": "/"}}
        await self.send(f"42/_event,{json.dumps(['event', event])}")

    async def close_code(self, seconds: float) -> int:
        """Read all there is, at last; return the code with which the server closes the socket."""
        async with asyncio.timeout(seconds):
            while True:
                kind, data = await self._frame()
                if kind == 8:
                    return int.from_bytes(data[:2], "big")

    async def _frame(self) -> tuple[int, bytes]:
        first, length = await self._exactly(2)
        if length >= 126:
            length = int.from_bytes(await self._exactly(2 if length == 126 else 8), "big")
        return first & 0x0F, await self._exactly(length)

    async def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            more = await self._loop.sock_recv(self._socket, min(size - len(data), 65536))
            assert more, "the connection ended without a close frame"
            data += more
        return bytes(data)


@asynccontextmanager
async def deaf(address: str) -> AsyncIterator[DeafClient]:
    """Connect to the event channel of the site at ``address``, and read only the handshake."""
    site = urlsplit(address)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, (site.hostname, site.port))
        await loop.sock_sendall(connection, handshake(address).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += await loop.sock_recv(connection, 1)
        assert b" 101 " in answer, answer
        client = DeafClient(connection)
        await client.send("40/_event,{}")
        yield client


def handshake(address: str) -> str:
    lines = [
        f"GET /_event/?EIO=4&transport=websocket&token={uuid.uuid4()} HTTP/1.1",
        f"Host: {urlsplit(address).netloc}",
        f"Origin: {address}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
    ]
    return "\r\n".join([*lines, "", ""])
