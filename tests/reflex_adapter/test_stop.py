"""A real server that is told to stop: what ends, in which order, and that it ends in time."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import websockets

from tests.reflex_adapter.client import APP_STATE, EventClient, close_code, connected
from tests.stopping.stoppable import GRACE, Running, running

STOP = f"{APP_STATE}.tests___stopping___views____stop_state"
LONG = 60.0  # seconds; longer than any server gets


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as server:
        yield server


async def stops_well(server: Running, since: float, seconds: float = GRACE + 2) -> None:
    assert await server.exit_code(since, seconds) == 0, server.output
    assert server.notes("shutdown") == server.notes("startup")
    assert "Traceback" not in server.output, server.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_idle_server_stops_at_once(server: Running, number: signal.Signals) -> None:
    async with connected(server.address) as tab:
        since = server.stop(number)
        assert await close_code(tab) == 1012
        await stops_well(server, since, GRACE)


async def test_an_event_ends_and_its_updates_arrive_before_its_socket_is_closed(
    server: Running,
) -> None:
    async with connected(server.address) as tab, connected(server.address) as idle:
        await tab.send(f"{STOP}.slow", seconds=1)
        await server.noted("event begun")
        since = server.stop()
        assert await close_code(idle) == 1012
        assert time.monotonic() - since < 1  # and does not wait for the other one
        assert await close_code(tab) == 1012
        assert tab.var(STOP, "done") == "slow"
        await stops_well(server, since)


async def test_events_in_the_queue_and_what_they_lead_to_end_too(server: Running) -> None:
    async with connected(server.address) as tab:
        await tab.send(f"{STOP}.slow", seconds=0.5)
        await tab.send(f"{STOP}.chain", seconds=0.3)
        await server.noted("event begun")
        await asyncio.sleep(0.2)
        since = server.stop()
        assert await close_code(tab) == 1012
        assert tab.var(STOP, "done") == "chain"
        await stops_well(server, since)


async def test_what_a_tab_sends_meanwhile_is_not_begun(server: Running) -> None:
    async with connected(server.address) as tab:
        await tab.send(f"{STOP}.slow", seconds=1)
        await server.noted("event begun")
        since = server.stop()
        await asyncio.sleep(0.3)
        await tab.send(f"{STOP}.set_done_to", text="late")
        assert await close_code(tab) == 1012
        assert tab.var(STOP, "done") == "slow"
        await stops_well(server, since)
        assert not server.notes("done late")


async def test_the_cookies_of_an_event_can_still_be_fetched(server: Running) -> None:
    async with connected(server.address) as tab, httpx.AsyncClient(trust_env=False) as browser:
        await tab.send(f"{STOP}.login", seconds=1)
        await server.noted("event begun")
        since = server.stop()
        await asyncio.sleep(0.3)
        refused = await browser.get(f"{server.address}/slow/0")
        assert refused.status_code == 503
        with pytest.raises(websockets.InvalidStatus) as refusal:
            async with connected(server.address):
                pass
        assert refusal.value.response.status_code == 503
        await tab.receive_until(lambda tab: tab.scripts)
        answer = await browser.post(
            f"{server.address}/_event_cookies",
            headers={
                "X-Event-Cookies": tab.scripts[0].split('"')[3],
                "Origin": server.address,
                "Cookie": tab.visitor,
            },
        )
        assert "sessionid=" in answer.headers["set-cookie"]
        assert await close_code(tab) == 1012
        assert tab.var(STOP, "done") == "login"
        await stops_well(server, since)


@pytest.mark.parametrize("handler", ["slow", "blocking", "blocking_in_steps", "chain"])
async def test_an_event_that_takes_too_long_is_left(server: Running, handler: str) -> None:
    async with connected(server.address) as tab, connected(server.address) as other:
        await other.call(f"{STOP}.set_done_to", text="kept")
        await tab.send(f"{STOP}.{handler}", seconds=LONG)
        await tab.send(f"{STOP}.set_done_to", text="next")
        await server.noted("event begun")
        since = server.stop()
        assert await close_code(tab, GRACE + 2) == 1012
        await stops_well(server, since)
        assert f"Stopped {STOP}.{handler}" in server.output
        assert len(server.notes("event cancelled")) == (handler == "slow")
        assert not server.notes("done next")
        assert list((server.folder / "states").glob("*.pkl"))


async def test_a_background_task_is_cancelled(server: Running) -> None:
    async with connected(server.address) as tab:
        await tab.send(f"{STOP}.tick")
        await server.noted("task begun")
        since = server.stop()
        assert await close_code(tab) == 1012
        await stops_well(server, since, GRACE)
        assert server.notes("task ended")


@pytest.mark.parametrize("view", ["slow", "blocking"])
async def test_a_request_is_answered_before_the_server_ends(server: Running, view: str) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as browser:
        answer = asyncio.create_task(browser.get(f"{server.address}/{view}/1"))
        await server.noted("view begun")
        since = server.stop()
        assert (await answer).text == view
        await stops_well(server, since)


@pytest.mark.parametrize("view", ["slow", "blocking"])
async def test_a_request_that_takes_too_long_is_ended(server: Running, view: str) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=20) as browser:
        answer = asyncio.create_task(browser.get(f"{server.address}/{view}/{LONG}"))
        await server.noted("view begun")
        await stops_well(server, server.stop())
        assert len(server.notes("view cancelled")) == (view == "slow")
        with suppress(httpx.HTTPError):  # or a 500
            await answer


async def test_connections_that_say_nothing_keep_nobody_waiting(server: Running) -> None:
    async with httpx.AsyncClient(trust_env=False) as browser:
        await browser.get(f"{server.address}/slow/0")  # kept alive
        silent = await asyncio.open_connection("127.0.0.1", urlsplit(server.address).port)
        begun = await asyncio.open_connection("127.0.0.1", urlsplit(server.address).port)
        begun[1].write(b"POST /slow/0 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le")
        await asyncio.sleep(0.2)
        await stops_well(server, server.stop())
        for _, writer in (silent, begun):
            writer.close()


async def test_a_client_that_reads_nothing_keeps_nobody_waiting(server: Running) -> None:
    async with connected(server.address) as deaf, connected(server.address) as tab:
        await deaf.send(f"{STOP}.say_much", megabytes=60)  # more than the buffers on the way take
        await server.noted("said all")
        since = server.stop()
        assert await close_code(tab) == 1012
        await stops_well(server, since, GRACE + 1)


async def test_five_hundred_sockets_are_closed_in_time(server: Running) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(connected(server.address))
        tabs = [first]

        async def another() -> EventClient:
            return await stack.enter_async_context(
                connected(server.address, visitor=first.visitor, hydrate=False)
            )

        for _ in range(10):
            tabs += await asyncio.gather(*(another() for _ in range(50)))
        await first.send(f"{STOP}.slow", seconds=LONG)
        await server.noted("event begun")
        since = server.stop()
        codes = await asyncio.gather(*(close_code(tab, GRACE + 2) for tab in tabs))
        assert codes == [1012] * 501
        await stops_well(server, since)


@pytest.mark.parametrize(
    ("first", "second"),
    [(signal.SIGTERM, signal.SIGTERM), (signal.SIGTERM, signal.SIGINT)],
)
async def test_a_second_signal_ends_at_once(
    server: Running, first: signal.Signals, second: signal.Signals
) -> None:
    async with connected(server.address) as tab:
        await tab.send(f"{STOP}.slow", seconds=LONG)
        await server.noted("event begun")
        server.stop(first)
        await asyncio.sleep(0.3)
        assert await server.exit_code(server.stop(second), 1) == -second


async def test_a_tab_finds_its_state_with_the_next_process(tmp_path: Path) -> None:
    token = "2f1ab0f6-27cf-4a5e-9f1a-000000000001"
    with running(tmp_path) as server:
        async with connected(server.address, token=token) as tab:
            await tab.send(f"{STOP}.set_done_to", text="kept")
            await tab.receive_until(lambda tab: tab.var(STOP, "done") == "kept")
            assert await server.exit_code(server.stop()) == 0
    port = urlsplit(server.address).port
    assert port is not None
    with running(tmp_path, port=port) as server:
        async with connected(server.address, token=token, visitor=tab.visitor) as again:
            assert again.var(STOP, "done") == "kept"
        async with connected(server.address, token=token) as stranger:
            assert stranger.var(STOP, "done") == ""
