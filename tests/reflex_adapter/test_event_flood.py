"""A client that sends more than a page does is stopped, and nobody else notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import websockets

from tests.probe.slow import gate
from tests.reflex_adapter.client import SLOW, EventClient, close_code, connected, run
from tests.reflex_adapter.limited import beside, limits

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

TOO_MANY_TASKS = "429 Too Many Requests"


@pytest.fixture(autouse=True)
def closed_gate() -> Iterator[None]:
    gate.clear()
    yield
    gate.set()


async def send(tab: EventClient, handler: str, many: int = 1) -> None:
    for _ in range(many):
        await tab.send(f"{SLOW}.{handler}")


async def until_noted(trace: list[str], what: str, many: int) -> None:
    async with asyncio.timeout(10):
        while trace.count(what) < many:  # noqa: ASYNC110 - the trace is a plain list
            await asyncio.sleep(0.01)


async def test_a_hundred_messages_at_once_are_welcome(site: str, trace: list[str]) -> None:
    async with beside(site) as tab:
        await asyncio.sleep(0.1)  # the messages that it connected with
        await send(tab, "note", many=100)
        await until_noted(trace, "note", 100)
        await asyncio.sleep(0.1)
        await run(tab, "who")


async def test_a_steady_pace_of_less_than_fifty_is_welcome(site: str, trace: list[str]) -> None:
    with limits(max_burst=10):
        async with beside(site) as tab:
            for _ in range(50):
                await send(tab, "note")
                await asyncio.sleep(0.025)
            await until_noted(trace, "note", 50)


async def test_a_steady_pace_of_more_than_fifty_closes_the_socket(site: str) -> None:
    async def hurry(tab: EventClient) -> None:
        for _ in range(500):
            await send(tab, "note")
            await asyncio.sleep(0.008)

    with limits(max_burst=10):
        async with beside(site) as tab:
            hurrying = asyncio.create_task(hurry(tab))
            assert await close_code(tab) == 1008
            with pytest.raises(websockets.ConnectionClosed):
                await hurrying


async def test_a_higher_pace_can_be_set(site: str, trace: list[str]) -> None:
    with limits(max_burst=10, max_rate=100_000):
        async with beside(site) as tab:
            await send(tab, "note", many=200)
            await until_noted(trace, "note", 200)


async def test_a_lower_pace_can_be_set(site: str) -> None:
    with limits(max_burst=10, max_rate=1):
        async with beside(site) as tab:
            with suppress(websockets.ConnectionClosed):
                for _ in range(50):  # at a pace that is welcome by default
                    await send(tab, "note")
                    await asyncio.sleep(0.025)
            assert await close_code(tab) == 1008


async def test_a_flood_closes_the_socket(site: str, trace: list[str]) -> None:
    """Of ten times what is welcome at once, and at a pace that no busy machine falls below."""

    async def flood(tab: EventClient) -> None:
        with suppress(websockets.ConnectionClosed):
            await send(tab, "note", many=1_000)

    with limits(max_rate=1):
        async with beside(site) as tab:
            since = time.monotonic()
            flooding = asyncio.create_task(flood(tab))
            assert await close_code(tab, seconds=60) == 1008
            seconds = time.monotonic() - since
            await flooding
    assert trace.count("note") <= 100 + seconds


async def test_a_flood_of_nothing_closes_the_socket(site: str) -> None:
    async with beside(site) as tab:
        for _ in range(200):
            await tab.socket.send("3")
        assert await close_code(tab) == 1008


async def test_so_many_events_may_wait(site: str, trace: list[str]) -> None:
    with limits(max_rate=10_000, max_burst=10_000):
        async with beside(site) as tab:
            await send(tab, "hold")
            await send(tab, "note", many=256)
            await asyncio.sleep(0.5)
            gate.set()
            await until_noted(trace, "note", 256)


async def test_more_close_the_socket_and_none_of_them_runs(site: str, trace: list[str]) -> None:
    with limits(max_rate=10_000, max_burst=10_000):
        async with beside(site) as tab:
            await send(tab, "hold")
            await send(tab, "note", many=257)
            assert await close_code(tab) == 1008
            gate.set()
    assert "note" not in trace


async def test_events_that_a_handler_returns_are_not_the_clients(
    site: str, trace: list[str]
) -> None:
    with limits(max_queued=2):
        async with beside(site) as tab:
            gate.set()
            await tab.send(f"{SLOW}.chain", many=300)
            await until_noted(trace, "note", 1)
            await run(tab, "who")
            await until_noted(trace, "note", 300)


async def test_one_task_too_many_is_refused_and_the_page_says_so(
    site: str, trace: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with beside(site) as tab:
        await send(tab, "hold_in_background", many=17)
        await tab.receive_until(lambda tab: TOO_MANY_TASKS in str(tab.told))
        await until_noted(trace, "task", 16)
        await run(tab, "who")
        assert "too many background tasks" in caplog.text
        gate.set()
        await asyncio.sleep(0.1)
        await send(tab, "hold_in_background")
        await until_noted(trace, "task", 17)


async def test_a_tab_that_comes_back_does_not_get_more_tasks(site: str, trace: list[str]) -> None:
    token = "of-one-tab"
    with limits(max_tasks=2):
        async with connected(site, token=token) as tab:
            await send(tab, "hold_in_background", many=2)
            await until_noted(trace, "task", 2)
        async with connected(site, token=token, visitor=tab.visitor) as again:
            await send(again, "hold_in_background")
            await again.receive_until(lambda tab: TOO_MANY_TASKS in str(tab.told))
    assert trace.count("task") == 2
