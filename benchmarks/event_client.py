"""One tab of a browser, as far as events go: Socket.IO over one raw WebSocket."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import websockets
from websockets.typing import Origin

from benchmarks.harness import check

PATIENCE = 60.0
ROOT = "reflex___state____state"
OPENED, CONNECT, EVENT = "0", "40/_event,", "42/_event,"


class Tab:
    """Sends the same event over and over, and reads its state out of the updates."""

    def __init__(self, socket: websockets.ClientConnection, state: str) -> None:
        self.socket, self.state = socket, state
        self.seen: dict[str, Any] = {"count": 0}
        self.took: list[int] = []  # what the updates of the last events say that something took
        router_data = {"pathname": "/", "asPath": "/"}
        event = {"name": f"{state}.add", "payload": {}, "router_data": router_data}
        self.packet = EVENT + json.dumps(["event", event])

    @classmethod
    async def open(cls, port: int, state: str, cookie: str, **options: Any) -> Tab:
        """``state`` is the full name of the one that counts, ``cookie`` a header or empty;
        ``options`` are those of the socket.
        """
        url = f"ws://127.0.0.1:{port}/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
        headers = {"Cookie": cookie} if cookie else {}
        socket = await websockets.connect(
            url,
            origin=Origin(f"http://127.0.0.1:{port}"),
            additional_headers=headers,
            compression=None,
            ping_interval=None,  # it is not read between batches
            **options,
        )
        tab = cls(socket, state)
        check("the socket's first packet", (await tab.read())[:1], OPENED)
        await socket.send(CONNECT)
        check("the answer to CONNECT", (await tab.read())[: len(CONNECT)], CONNECT)
        return tab

    async def ask(self, times: int) -> None:
        """Send so many events at once, and return when all are answered."""
        wanted = self.seen["count"] + times
        self.took.clear()
        for _ in range(times):
            await self.socket.send(self.packet)
        async with asyncio.timeout(PATIENCE):
            while self.seen["count"] < wanted:
                self._take(await self.read())
        check("the count", self.seen["count"], wanted)

    async def read(self) -> str:
        packet = await self.socket.recv()
        assert isinstance(packet, str)
        if packet == "2":
            await self.socket.send("3")
        return packet

    def _take(self, packet: str) -> None:
        if packet.startswith(EVENT):
            name, update = json.loads(packet[len(EVENT) :])
            changed = update["delta"].get(self.state, {}) if name == "event" else {}
            news = {var.removesuffix("_rx_state_"): it for var, it in changed.items()}
            self.seen |= news
            self.took += [news["took"]] if "took" in news else []
