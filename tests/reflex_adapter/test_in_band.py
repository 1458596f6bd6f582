"""What a client says in band about who and where it is grants nothing.

Reflex 0.10.1 takes a Socket.IO event named ``connect`` for a connection being made, and replaces
the headers it goes by. The request of an event comes from the handshake all the same.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.reflex_adapter.client import PROBE, EventClient, connected, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


def forged_environ(cookie: str) -> dict[str, Any]:
    headers = [["cookie", cookie], ["host", "evil.example"], ["x-forwarded-proto", "https"]]
    return {"asgi.scope": {"headers": headers, "client": ["203.0.113.9", 1]}, "QUERY_STRING": ""}


async def request_of(tab: EventClient) -> str:
    await tab.call(f"{PROBE}.describe_request")
    seen: str = tab.var(PROBE, "seen")
    return seen


async def test_a_connect_in_band_changes_nothing_about_the_request(
    site: str, logged_in: str
) -> None:
    async with connected(site) as tab:
        before = await request_of(tab)
        await tab.emit("connect", forged_environ(logged_in))
        await run(tab, "who")
        assert await request_of(tab) == before
        assert "ada" not in before


@pytest.mark.parametrize("key", ["headers", "ip", "sid", "token", "method", "cookie"])
async def test_router_data_is_a_claim_about_path_and_query_only(
    site: str, logged_in: str, key: str
) -> None:
    claims = {"headers": {"cookie": logged_in}, "cookie": logged_in, "method": "GET"}
    async with connected(site) as tab:
        before = await request_of(tab)
        await run(tab, "who")
        packet = tab.packet(f"{PROBE}.describe_request", {})
        packet["router_data"][key] = claims.get(key, "203.0.113.9")
        await tab.emit("event", packet)
        await tab.receive_until(lambda tab: tab.var(PROBE, "seen") == before)


@pytest.mark.parametrize("path", ["", "item", "//evil.example/x", "http://[", "/a\0b", "/a%00b"])
async def test_a_path_that_no_page_has_does_no_harm(site: str, path: str) -> None:
    async with connected(site) as tab:
        packet = tab.packet(f"{PROBE}.who", {})
        packet["router_data"]["asPath"] = path
        await tab.emit("event", packet)
        await run(tab, "path")


ENVIRON = '{"QUERY_STRING": "token=x", "asgi.scope": {"headers": []}}'

HOSTILE: list[str | bytes] = [
    f'42/_event,["connect",{ENVIRON}]',
    f'42/_event,1["connect",{ENVIRON}]',
    f'42/_event?a=b,["connect",{ENVIRON}]',
    f'42/_event, ["connect",{ENVIRON}]',
    f'42/_event,[ "connect",{ENVIRON}]',
    f'42/_event,["conn\\u0065ct",{ENVIRON}]',
    f'42["connect",{ENVIRON}]',
    f'420-/_event,["connect",{ENVIRON}]',
    f'450-/_event,["connect",{ENVIRON}]',
    '42/_event,["disconnect"]',
    '42/_event,["disconnect","x"]',
    '42/_event,["link_token_to_sid","x"]',
    '42/_event,["emit_update",{},"x"]',
    '42/_event,["eventual",{}]',
    '42/_event,["event"',
    '42/_event,{"0":"connect"}',
    '42/_event,"connect"',
    "42/_event,[]",
    "42/_event,",
    "42",
    "43/_event,0[]",
    '451-/_event,["event",{"_placeholder":true,"num":0}]',
    "461-/_event,0[]",
    "44/_event,",
    "47/_event,",
    "4",
    "",
    "0{}",
    "2",
    "2probe",
    "5",
    "6",
    "bAAAA",
    "x",
    "3x",
    "40/_event",
    "40[]",
    '40/_event,{"event":[]}',
    '40/_event,{"event":{"name":"x","payload":[]}}',
    "41/_event,{}",
    '42/_event,["event"]',
    '42/_event,["event",{"name":"x"},1]',
    '42/_event,["event","{}"]',
    '42/_event,["event",[]]',
    '42/_event,["event",{}]',
    '42/_event,["event",{"name":1}]',
    '42/_event,["event",{"name":["x"]}]',
    '42/_event,["event",{"name":"x","payload":null}]',
    '42/_event,["event",{"name":"x","payload":[1]}]',
    '42/_event,["event",{"name":"x","payload":{"v":NaN}}]',
    '42/_event,["event",{"name":"x","payload":{"v":-Infinity}}]',
    '42/_event,["event",{"name":"x","payload":{"v":1e999}}]',
    f'42/_event,["event",{{"name":"x","payload":{{"v":{"1" * 5000}}}}}]',
    f'42/_event,["event",{{"name":"x","payload":{{"v":{"[" * 62}{"]" * 62}}}}}]',
    f'42/_event,["event",{{"name":"x","payload":{{"v":{"[" * 100_000}{"]" * 100_000}}}}}]',
    f'42/_event,["event",{{"name":"x","payload":{{"v":{"[" * 500_000}',
    '42/_event,["event",{"name":"x","router_data":null}]',
    '42/_event,["event",{"name":"x","router_data":{"pathname":1}}]',
    '42/_event,["event",{"name":"x","router_data":{"asPath":{}}}]',
    '42/_event,["event",{"name":"x","router_data":{"query":"a=b"}}]',
    '42/_event,["event",{"name":"x","router_data":{"pathname":"/a","asPath":"/b"}}]',
    '42/_event,["event",{"name":"x"}]',
    f'42/_event,["event",{{"name":"{"x" * 500_000}"}}]',
    f'42/_event,["event",{{"name":"{PROBE}.request"}}]',
    f'42/_event,["event",{{"name":"{PROBE}.who","payload":{{"{"x" * 500_000}":1}}}}]',
    f'42/_event,["event",{{"name":"{PROBE}.keep","payload":{{"value":"\\ud800"}}}}]',
    f'42/_event,["event",{{"name":"{PROBE}.keep","payload":{{"value":"\\uDBFF\\uD800"}}}}]',
    f'42/_event,["event",{{"name":"{PROBE}.keep","payload":{{"\\uDc00":1}}}}]',
    '42/_event,["ping",1]',
    '42/_event,["client_error",1]',
    '42/_event,["client_error",{},1]',
    b"\x00",
    b'42/_event,["event",{}]',
]


# Not the frame itself, of which some are long.
@pytest.mark.parametrize("frame", HOSTILE, ids=range(len(HOSTILE)))
async def test_what_no_page_sends_is_dropped_with_a_short_line_each(
    site: str, frame: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(site) as tab:
        await run(tab, "who")
        caplog.clear()
        for _ in range(3):
            await tab.socket.send(frame)
        await run(tab, "who")
    assert [record.name for record in caplog.records] == ["reflex_adapter"] * 3
    assert all(len(record.getMessage().encode()) <= 300 for record in caplog.records)
    assert not tab.tokens


async def test_what_a_page_sends_besides_events_arrives(site: str) -> None:
    async with connected(site) as tab:
        await tab.socket.send('42/_event,["ping"]')
        async with asyncio.timeout(5):
            assert await tab.socket.recv() == '42/_event,["ping","pong"]'


async def test_an_error_of_the_page_is_reported(
    site: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(site) as tab:
        await tab.emit("client_error", {"message": "the page broke"})
        await run(tab, "who")
    assert "the page broke" in caplog.text


async def test_characters_that_take_two_escapes_arrive(site: str) -> None:
    async with connected(site) as tab:
        for text in ["\N{PILE OF POO}", "\\ud800", "\ud7ff\ue000"]:  # the second is no escape
            await tab.call(f"{PROBE}.keep", value=text)
            assert tab.var(PROBE, "seen") == text
