"""The first event of a page, which has its state hydrated: asked once, without patience."""

from __future__ import annotations

import asyncio
import json
import time
import uuid

import websockets
from websockets.typing import Origin

from benchmarks.event_client import CONNECT, EVENT, PATIENCE, ROOT

HYDRATED = '"is_hydrated_rx_state_":true'


async def hydrated(port: int) -> float | None:
    """Return when the page had its state, ``None`` if nobody listens there yet."""
    page = {"pathname": "/", "asPath": "/"}
    name = f"{ROOT}.hydrate_and_load"
    boot = {"event": {"name": name, "payload": {}, "router_data": page}}
    url = f"ws://127.0.0.1:{port}/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
    try:
        async with (
            websockets.connect(url, origin=Origin(f"http://127.0.0.1:{port}")) as socket,
            asyncio.timeout(PATIENCE),
        ):
            await socket.send(CONNECT + json.dumps(boot))
            while not ((frame := str(await socket.recv())).startswith(EVENT) and HYDRATED in frame):
                pass
            return time.perf_counter()
    except ConnectionRefusedError:
        return None
