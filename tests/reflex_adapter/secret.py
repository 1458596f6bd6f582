"""A tab with something in its state that only its owner may see."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import websockets

from tests.reflex_adapter.client import PROBE, EventClient

SECRET = "what only its owner may see"


def shows(tab: EventClient) -> bool:
    return SECRET in json.dumps(tab.state)


async def keep_secret(tab: EventClient) -> None:
    await tab.call(f"{PROBE}.keep", value=SECRET)


@asynccontextmanager
async def alive(tab: EventClient) -> AsyncIterator[None]:
    """Let a tab answer what it is asked, as a page does while nobody touches it."""

    async def answer() -> None:
        with suppress(websockets.ConnectionClosed):
            while True:
                await tab.receive(60)

    task = asyncio.create_task(answer())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
