"""An idle tab of a browser: connected, shown its page, and answering nothing but pings."""

from __future__ import annotations

import asyncio
import json
import uuid
from contextlib import suppress
from typing import Any

import websockets
from websockets.typing import Origin

from benchmarks.django_project import HEADERS
from benchmarks.event_client import CONNECT, EVENT, PATIENCE, ROOT
from benchmarks.harness import check

HYDRATE = {
    "name": f"{ROOT}.hydrate_and_load",
    "payload": {},
    "router_data": {"pathname": "/", "asPath": "/"},
}
SENT = [(name, value) for name, value in HEADERS.items() if name not in ("host", "user-agent")]


class IdleTab:
    """A socket whose page has been shown, if ``hydrates``; ``deflate`` as browsers offer it."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self._answering = asyncio.create_task(self._answer())

    @classmethod
    async def open(cls, port: int, cookie: str, *, hydrates: bool, deflate: bool) -> IdleTab:
        socket = await websockets.connect(
            f"ws://127.0.0.1:{port}/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}",
            origin=Origin(f"http://127.0.0.1:{port}"),
            user_agent_header=HEADERS["user-agent"],
            additional_headers=[*SENT, ("Cookie", cookie)],
            compression="deflate" if deflate else None,
            ping_interval=None,
        )
        async with asyncio.timeout(PATIENCE):
            check("the socket's first packet", (await read(socket))[:1], "0")
            await socket.send(CONNECT + json.dumps({"event": HYDRATE} if hydrates else {}))
            check("the answer to CONNECT", (await read(socket))[: len(CONNECT)], CONNECT)
            while hydrates and not is_hydrated(json.loads((await read(socket))[len(EVENT) :])):
                pass
        return cls(socket)

    async def _answer(self) -> None:
        with suppress(websockets.ConnectionClosed):
            while True:
                await read(self.socket)

    def drop(self) -> None:
        """End it without a word; its server has ended."""
        self._answering.cancel()
        self.socket.transport.abort()


async def read(socket: websockets.ClientConnection) -> str:
    """Return the next packet that is no ping."""
    while (packet := str(await socket.recv())) == "2":
        await socket.send("3")
    return packet


def is_hydrated(told: Any) -> bool:
    name, update = told
    return (
        name == "event"
        and f"{ROOT}" in update["delta"]
        and any(
            var.startswith("is_hydrated") and value for var, value in update["delta"][ROOT].items()
        )
    )
