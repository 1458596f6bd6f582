"""Two thousand packets at random leave the server as it was: alive, no larger, and quiet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import websockets

from reflex_adapter.reflex_logs import LONGEST
from reflex_adapter.violations import LINE
from tests.reflex_adapter.client import EventClient, connected, run
from tests.reflex_adapter.hostile_packets import CONNECT, DISCONNECT, hostile_packets
from tests.reflex_adapter.own_process import OwnProcess, own_process

MANY = 2000
MEBI = 1024 * 1024
STEP = 4  # packets at once
LINES = 20  # a minute, of each of the two
FURTHER = 200  # characters of a line before and after what is bounded

Packets = list[str | bytes]


@pytest.fixture(scope="module")
def packets() -> Packets:
    found = hostile_packets(MANY)
    assert len(set(found)) > MANY // 2
    return found


@pytest.fixture
def unlimited(tmp_path: Path) -> Iterator[OwnProcess]:
    with own_process("tests.reflex_adapter.settings_fuzz", tmp_path / "log") as server:
        yield server


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[OwnProcess]:
    with own_process("tests.reflex_adapter.settings_default_limits", tmp_path / "log") as server:
        yield server


async def test_on_one_socket(unlimited: OwnProcess, packets: Packets) -> None:
    async with someone_else(unlimited.address), connected(unlimited.address) as tab:
        async with reading(tab):
            await send_all(tab, packets[::4])  # warm up
            await asyncio.sleep(1)
        await run(tab, "who")
        before = unlimited.resident
        async with reading(tab):
            await send_all(tab, packets)
            await asyncio.sleep(1)
        await run(tab, "who")
        assert unlimited.resident - before < 5 * MEBI
    assert_quiet(unlimited)


async def test_by_a_client_that_comes_back_each_time(limited: OwnProcess, packets: Packets) -> None:
    async with someone_else(limited.address):
        left = iter(packets[::4])
        await come_back_until_sent(limited.address, left)
        before = limited.resident
        sockets = await come_back_until_sent(limited.address, iter(packets))
        assert sockets > 10, "The limits did not close a socket."
        assert limited.resident - before < 5 * MEBI
    assert_quiet(limited)


@asynccontextmanager
async def someone_else(site: str) -> AsyncIterator[None]:
    """See to it that the events of another client go on meanwhile, and at the end."""
    async with connected(site) as other, asyncio.TaskGroup() as tasks:

        async def go_on() -> None:
            while True:
                await run(other, "who")
                await asyncio.sleep(0.05)

        going = tasks.create_task(go_on())
        yield
        going.cancel()
        await asyncio.wait([going])
    async with connected(site) as other:
        await run(other, "who")


@asynccontextmanager
async def reading(tab: EventClient) -> AsyncIterator[None]:
    """Read meanwhile what the server sends, and keep none of it."""

    async def read() -> None:
        async for frame in tab.socket:
            if frame == "2":
                await tab.socket.send("3")

    task = asyncio.create_task(read())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError, websockets.ConnectionClosed):
        await task


async def send_all(tab: EventClient, packets: Iterable[str | bytes]) -> None:
    for number, packet in enumerate(packets):
        await tab.socket.send(packet)
        if isinstance(packet, str) and packet.startswith(DISCONNECT):
            await tab.socket.send(CONNECT)
        if number % STEP == 0:
            await (await tab.socket.ping())  # or it would not be seen that the socket is closed


async def come_back_until_sent(site: str, packets: Iterator[str | bytes]) -> int:
    """Send all, by as many sockets of the same tab as it takes; return their number."""
    sockets, visitor = 0, ""
    sent = False
    while not sent:
        sockets += 1
        async with connected(site, hydrate=False, visitor=visitor, token="fuzz") as tab:
            visitor = tab.visitor
            with suppress(websockets.ConnectionClosed):
                async with reading(tab):
                    await send_all(tab, packets)
                    sent = True
    return sockets


def assert_quiet(server: OwnProcess) -> None:
    assert server.is_alive
    written = server.log.read_text()
    assert "Traceback" not in written, written[:20_000]
    most = 2 * LINES * (LINE + LONGEST + FURTHER)  # in two minutes, at most
    assert len(written) < most
