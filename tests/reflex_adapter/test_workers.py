"""``run_reflex --workers``: several real processes on one port."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from tests.reflex_adapter.browsing import browser, tickets
from tests.reflex_adapter.client import APP_STATE, close_code, connected
from tests.stopping.stoppable import GRACE, Running, running, until

STOP = f"{APP_STATE}.tests___stopping___views____stop_state"


@pytest.fixture
def server(tmp_path: Path, redis_url: str) -> Iterator[Running]:
    with running(tmp_path, "--workers=2", REFLEX_REDIS_URL=redis_url) as server:
        yield server


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended may wait for long to be taken note of."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


async def test_a_tab_finds_its_state_with_another_worker(server: Running) -> None:
    workers = await server.noted("startup", 2)
    assert server.process.pid not in workers
    token = "2f1ab0f6-27cf-4a5e-9f1a-000000000002"
    async with connected(server.address, token=token) as tab:
        await tab.send(f"{STOP}.say_who")
        await tab.receive_until(lambda tab: tab.var(STOP, "pid"))
        os.kill(tab.var(STOP, "pid"), signal.SIGTERM)
        assert await close_code(tab) == 1012
    assert tab.var(STOP, "pid") in workers
    await server.noted("shutdown")
    async with connected(server.address, token=token, visitor=tab.visitor) as again:
        assert again.var(STOP, "pid") == tab.var(STOP, "pid")


async def test_cookies_are_had_of_any_worker(server: Running) -> None:
    """Which of them a page reaches, the kernel decides."""
    await server.noted("startup", 2)
    for _ in range(10):
        async with browser(server.address) as own, own.tab() as tab:
            await tab.send(f"{STOP}.login", seconds=0)
            await tab.receive_until(tickets)
            assert any(line.startswith("sessionid=") for line in await own.redeem(tab))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_all_of_them(server: Running, number: signal.Signals) -> None:
    async with connected(server.address) as tab:
        await tab.send(f"{STOP}.slow", seconds=1)
        await server.noted("event begun")
        since = server.stop(number)
        assert await close_code(tab) == 1012
        assert tab.var(STOP, "done") == "slow"
        assert await server.exit_code(since) == 0, server.output
    assert sorted(server.notes("shutdown")) == sorted(server.notes("startup"))
    assert not any(map(is_alive, server.notes("startup")))
    assert "Traceback" not in server.output, server.output


async def test_ctrl_c_in_a_terminal_reaches_the_whole_group_and_counts_once(
    server: Running,
) -> None:
    async with connected(server.address) as tab:
        await tab.send(f"{STOP}.slow", seconds=1)
        await server.noted("event begun")
        os.killpg(server.process.pid, signal.SIGINT)
        assert await close_code(tab) == 1012
        assert tab.var(STOP, "done") == "slow"
        assert await asyncio.to_thread(server.process.wait, GRACE + 2) == 0, server.output


async def test_a_second_signal_ends_all_at_once(server: Running) -> None:
    workers = await server.noted("startup", 2)
    async with connected(server.address) as tab:
        await tab.send(f"{STOP}.slow", seconds=60)
        await server.noted("event begun")
        server.stop()
        await asyncio.sleep(0.5)
        assert await server.exit_code(server.stop(), 1) == -signal.SIGTERM
        await until(lambda: not any(map(is_alive, workers)), 1)


async def test_another_worker_is_started_for_one_that_dies(server: Running) -> None:
    dying, staying = await server.noted("startup", 2)
    os.kill(dying, signal.SIGKILL)
    [*_, new] = await server.noted("startup", 3)
    assert is_alive(staying)
    assert server.process.poll() is None
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.get(f"{server.address}/slow/0")).text == "slow"
    assert await server.exit_code(server.stop()) == 0, server.output
    assert set(server.notes("shutdown")) == {staying, new}


async def test_workers_stop_when_their_parent_is_killed(server: Running) -> None:
    workers = await server.noted("startup", 2)
    server.process.kill()
    await server.noted("shutdown", 2)
    await until(lambda: not any(map(is_alive, workers)), GRACE + 2)


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"REFLEX_REDIS_URL": ""}, "set REFLEX_REDIS_URL"),
        ({"STOPPING_BROKEN": "1"}, "A worker failed"),
    ],
)
def test_workers_that_cannot_work_are_not_started_again(
    tmp_path: Path, redis_url: str, variables: dict[str, str], reason: str
) -> None:
    variables = {"REFLEX_REDIS_URL": redis_url, **variables}
    with (
        pytest.raises(AssertionError, match=reason),
        running(tmp_path, "--workers=2", **variables),
    ):
        pass


def test_a_mistake_in_the_configuration_is_said_without_a_traceback(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="CommandError: This project has no page") as failed,
        running(tmp_path, STOPPING_MISTAKEN="1"),
    ):
        pass
    assert "Traceback" not in str(failed.value)


@pytest.mark.parametrize(
    "options",
    [
        {"workers": 2},  # in development
        {"workers": 0, "env": "prod"},
        {"graceful_timeout": -1.0, "env": "prod"},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(CommandError, match="--workers"):
        call_command("run_reflex", **options)
