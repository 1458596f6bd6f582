"""What one message may be, and what becomes of a client whose messages are none of a page."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from reflex_adapter.conf import configuration
from reflex_adapter.handshake import HandshakeKeeper
from reflex_adapter.in_band import Malformed, checked
from reflex_adapter.limits import SocketLimits
from reflex_adapter.violations import ViolationLog
from tests.reflex_adapter.client import PROBE, EventClient, close_code, connected, run
from tests.reflex_adapter.limited import beside, limits

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

MEBI = 1024 * 1024
NO_JSON, NO_EVENT = '42/_event,["event",{]', '42/_event,["event",{}]'


def keeping(tab: EventClient, value: str) -> str:
    return f"42/_event,{json.dumps(['event', tab.packet(f'{PROBE}.keep', {'value': value})])}"


def any_handler(event: dict[str, Any]) -> None:
    """Let every event be called."""


def padded(tab: EventClient, size: int, character: str = "x") -> str:
    """Return a message of exactly so many bytes that keeps so many of ``character``."""
    frame = keeping(tab, "?")
    count, rest = divmod(size - len(frame) + 1, len(character.encode()))
    return frame.replace("?", "y" * rest + character * count)


@pytest.mark.parametrize("character", ["x", "\N{PILE OF POO}"])
async def test_a_message_may_have_a_mebibyte(site: str, character: str) -> None:
    async with beside(site) as tab:
        message = padded(tab, MEBI, character)
        assert len(message.encode()) == MEBI
        await tab.socket.send(message)
        await tab.receive_until(lambda tab: len(str(tab.var(PROBE, "seen")).encode()) > MEBI - 1000)


@pytest.mark.parametrize("character", ["x", "\N{PILE OF POO}"])
async def test_a_larger_message_closes_the_socket(site: str, character: str) -> None:
    async with beside(site) as tab:
        await tab.socket.send(padded(tab, MEBI + 1, character))
        assert await close_code(tab) == 1009


async def test_a_larger_binary_message_closes_the_socket(site: str) -> None:
    async with beside(site) as tab:
        await tab.socket.send(b"x" * (MEBI + 1))
        assert await close_code(tab) == 1009


async def test_the_first_message_may_be_no_larger_either(site: str) -> None:
    async with connected(site, hydrate=False) as tab:
        await tab.socket.send(f'40/_event,{{"x":"{"x" * MEBI}"}}')
        assert await close_code(tab) == 1009


@pytest.mark.parametrize(
    ("frame", "code"), [(NO_JSON, 1007), (NO_EVENT, 1008), (b"\0", 1008), ("", 1008)]
)
async def test_the_fifth_malformed_message_closes_the_socket(
    site: str, frame: str | bytes, code: int
) -> None:
    async with beside(site) as tab:
        for _ in range(4):
            await tab.socket.send(frame)
        await run(tab, "who")
        await tab.socket.send(frame)
        assert await close_code(tab) == code


async def test_another_malformed_message_may_be_the_last(site: str) -> None:
    with limits(max_malformed=7):
        async with beside(site) as tab:
            for _ in range(6):
                await tab.socket.send(NO_EVENT)
            await run(tab, "who")
            await tab.socket.send(NO_EVENT)
            assert await close_code(tab) == 1008


async def test_what_follows_a_broken_limit_is_not_run(site: str, trace: list[str]) -> None:
    async with beside(site) as tab:
        trace.clear()
        for frame in [NO_EVENT] * 5:
            await tab.socket.send(frame)
        await tab.send(f"{PROBE}.note", text="after")
        assert await close_code(tab) == 1008
    assert "after" not in trace


async def test_a_flood_of_violations_writes_twenty_lines_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = ViolationLog()
    for number in range(1000):
        log.write({"client": ("192.0.2.1", number)}, "no JSON", "\0\u20ac" * 1000, most=20)
    assert len(caplog.records) == 20
    assert all(len(record.getMessage().encode()) <= 300 for record in caplog.records)
    assert "192.0.2.1" in caplog.text


async def test_the_log_says_later_how_much_it_left_out(caplog: pytest.LogCaptureFixture) -> None:
    log = ViolationLog(minute=0.05)
    for _ in range(10):
        log.write({}, "no JSON", "x", most=4)
    await asyncio.sleep(0.06)
    log.write({}, "no JSON", "x", most=4)
    assert len(caplog.records) == 5
    assert "(6 more were not logged)" in caplog.records[-1].getMessage()


async def test_what_reflex_reads_of_a_page_is_left_as_it_is() -> None:
    claims = {"pathname": "/a", "asPath": "/a?b=c", "query": {"b": "c"}}
    event = {"name": "x", "payload": {"a": [1, 2.5, None]}, "router_data": claims}
    for text in [
        f"42/_event,{json.dumps(['event', event])}",
        f"40/_event,{json.dumps({'event': event, 'state_schema': 'x'})}",
        *["40/_event,", "40", "41/_event,", "41", "1", "3", '42/_event,["ping"]'],
    ]:
        assert checked(text, any_handler) is text


async def test_unknown_claims_are_removed() -> None:
    event = {"name": "x", "payload": {}, "router_data": {"asPath": "/", "headers": {}, "ip": "x"}}
    for start, whole in [("42/_event,", ["event", event]), ("40/_event,", {"event": event})]:
        left = checked(start + json.dumps(whole), any_handler)
        assert left.startswith(start)
        assert "headers" not in left
        assert "ip" not in left
        assert '"router_data":{"asPath":"/"}' in left


@pytest.mark.parametrize("levels", [61, 62])
async def test_data_may_have_64_levels(levels: int) -> None:
    nested = "[" * levels + "]" * levels
    text = f'42/_event,["event",{{"name":"x","payload":{{"v":{nested}}}}}]'
    if levels == 61:
        assert checked(text, any_handler) is text
    else:
        with pytest.raises(Malformed, match="too deep"):
            checked(text, any_handler)


async def test_the_limits_are_those_of_the_contract() -> None:
    assert configuration().socket == SocketLimits(
        max_message=MEBI,
        max_malformed=5,
        max_rate=50,
        max_burst=100,
        max_queued=256,
        max_tasks=16,
        max_per_visitor=20,
        max_new=60,
        max_new_visitors=10_000,  # 600, but for the settings of the tests
        max_open=5_000,
        max_waiting=1_000,
        max_waiting_size=8 * MEBI,
        max_send_wait=30,
        max_log_lines=10_000,  # 20, but for the settings of the tests
    )
    assert SocketLimits().max_log_lines == 20
    assert SocketLimits().max_new_visitors == 600


@pytest.mark.parametrize("value", [0, 1023, 16 * MEBI + 1, -1, "10", 1.5, True, None])
async def test_a_limit_out_of_its_range_stops_the_start(value: Any) -> None:
    with (
        limits(max_message=value),
        pytest.raises(ImproperlyConfigured, match="REFLEX_DJANGO_SOCKET_MAX_MESSAGE must be"),
    ):
        HandshakeKeeper(nobody, nobody, nobody, nobody, ViolationLog())


def nobody(*args: Any) -> Any:
    raise AssertionError("Reflex was reached")


async def test_a_project_may_set_a_limit(site: str) -> None:
    with limits(max_message=2000, max_malformed=1):
        assert configuration().socket.max_message == 2000
        async with connected(site) as tab:
            await tab.socket.send(padded(tab, 2000))
            await run(tab, "who")
            await tab.socket.send(padded(tab, 2001))
            assert await close_code(tab) == 1009
        async with connected(site) as tab:
            await tab.socket.send(NO_EVENT)
            assert await close_code(tab) == 1008
