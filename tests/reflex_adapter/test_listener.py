"""A client that takes nothing, and does not go away either: its connection is ended."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from hypercorn.asyncio import serve

from reflex_adapter.listener import TCP_USER_TIMEOUT, Listener, ListeningConfig, listen
from tests.reflex_adapter.deaf import deaf
from tests.stopping.stoppable import until

STALLED = 1.0


async def pouring(scope: Any, receive: Any, send: Any) -> None:
    """Send much, wait not long for it to be taken, and end."""
    if scope["type"] == "lifespan":
        return
    await receive()
    await send({"type": "websocket.accept"})
    with suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            for _ in range(1000):
                await send({"type": "websocket.send", "bytes": bytes(65536)})


@pytest.mark.skipif(TCP_USER_TIMEOUT is None, reason="this system has no such option")
async def test_who_reads_nothing_keeps_no_connection(caplog: pytest.LogCaptureFixture) -> None:
    listening = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    stop = asyncio.Event()
    config = ListeningConfig(Listener(listening, stalled=STALLED))
    serving = asyncio.create_task(
        serve(pouring, config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]
    )
    await asyncio.sleep(0.2)
    before = asyncio.all_tasks()
    async with deaf(address):
        assert len(asyncio.all_tasks()) > len(before)
        await until(lambda: asyncio.all_tasks() <= before, 10)
    stop.set()
    await serving
    assert not caplog.records
