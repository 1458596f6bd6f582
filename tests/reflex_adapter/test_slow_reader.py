"""A client that does not read what it is sent: what waits for it is bounded, and then forgotten."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from reflex_adapter.conf import configuration
from tests.reflex_adapter.alone import Alone, alone
from tests.reflex_adapter.client import SLOW, EventClient, connected, run
from tests.reflex_adapter.deaf import deaf
from tests.reflex_adapter.limited import limits

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

KIBI = 1024
MEBI = 1024 * KIBI
ANY_SIZE, ANY_NUMBER = 1024 * MEBI, 1_000_000


async def poured(trace: list[str]) -> None:
    async with asyncio.timeout(20):
        while "poured" not in trace:  # noqa: ASYNC110 - the trace is a plain list
            await asyncio.sleep(0.01)


async def broken(caplog: pytest.LogCaptureFixture, why: str, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while why not in caplog.text:  # noqa: ASYNC110 - the log is plain text
            await asyncio.sleep(0.05)
    assert caplog.text.count(why) == 1


async def test_memory_stays_bounded_and_others_are_served(tmp_path: Path) -> None:
    async with alone(tmp_path) as server, connected(server.address) as other:
        await other.call(f"{SLOW}.take", seconds=0)
        before = server.memory()
        async with deaf(server.address) as client:
            await client.call(f"{SLOW}.pour", many=200, size=256 * KIBI)
            most, slowest = await watched(server, other, seconds=6)
        assert most - before < 30 * MEBI
        assert slowest < 2
        log = server.log.read_text()
        assert log.count("too much waits for a client that does not read") == 1
        assert "Traceback" not in log


async def watched(server: Alone, other: EventClient, seconds: float) -> tuple[int, float]:
    """Return the most memory that was in use meanwhile, and the slowest answer of ``other``."""
    most, slowest, end = 0, 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        await other.call(f"{SLOW}.note_aloud")
        slowest = max(slowest, time.monotonic() - begun)
        most = max(most, server.memory())
        await asyncio.sleep(0.05)
    return most, slowest


@pytest.mark.parametrize(
    "options",
    [
        {"max_waiting": 10, "max_waiting_size": ANY_SIZE},
        {"max_waiting": ANY_NUMBER, "max_waiting_size": 64 * KIBI},
    ],
    ids=["number", "size"],
)
async def test_too_much_that_waits_closes_the_socket(
    site: str, trace: list[str], caplog: pytest.LogCaptureFixture, options: dict[str, int]
) -> None:
    async with connected(site) as other:
        with limits(**options):
            async with deaf(site) as client:
                await client.call(f"{SLOW}.pour", many=60, size=256 * KIBI)
                await broken(caplog, "too much waits for a client that does not read")
                await run(other, "who")
                assert await client.close_code(10) == 1008
        await poured(trace)


async def test_as_much_may_wait_for_who_reads_in_the_end(site: str, trace: list[str]) -> None:
    with limits(max_waiting=ANY_NUMBER, max_waiting_size=ANY_SIZE):
        async with connected(site) as tab:
            await tab.send(f"{SLOW}.pour", many=60, size=256 * KIBI)
            await poured(trace)
            await tab.receive_until(lambda tab: str(tab.var(SLOW, "poured")).strip() == "59")


async def test_a_single_message_may_be_of_any_size(site: str) -> None:
    with limits(max_waiting_size=64 * KIBI):
        async with connected(site) as tab:
            await tab.send(f"{SLOW}.pour", many=1, size=900 * KIBI)
            await tab.receive_until(lambda tab: str(tab.var(SLOW, "poured")).strip() == "0")
            await run(tab, "who")


async def test_a_message_that_is_not_taken_in_time_closes_the_socket(
    site: str, trace: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(site) as other:
        with limits(max_send_wait=1, max_waiting=ANY_NUMBER, max_waiting_size=ANY_SIZE):
            async with deaf(site) as client:
                await client.call(f"{SLOW}.pour", many=60, size=256 * KIBI)
                await broken(caplog, "a client has not read for too long")
                await run(other, "who")
                assert await client.close_code(10) == 1008


async def test_who_reads_slowly_is_served(site: str, trace: list[str]) -> None:
    with limits(max_send_wait=1, max_waiting=ANY_NUMBER, max_waiting_size=ANY_SIZE):
        async with connected(site) as tab:
            await tab.send(f"{SLOW}.pour", many=60, size=256 * KIBI)
            for _ in range(25):
                await asyncio.sleep(0.1)
                await tab.receive()
            await tab.receive_until(lambda tab: str(tab.var(SLOW, "poured")).strip() == "59")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_waiting", 9),
        ("max_waiting", 1_000_001),
        ("max_waiting", "10"),
        ("max_waiting_size", 64 * KIBI - 1),
        ("max_waiting_size", 1024 * MEBI + 1),
        ("max_send_wait", 0),
        ("max_send_wait", 3_601),
        ("max_send_wait", None),
    ],
)
async def test_a_limit_out_of_its_range_is_refused(name: str, value: Any) -> None:
    setting = f"REFLEX_DJANGO_SOCKET_{name.upper()}"
    with limits(**{name: value}), pytest.raises(ImproperlyConfigured, match=f"{setting} must be"):
        configuration()
