"""A page that was made of other states, while one develops: left alone, but never for ever."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from reflex_adapter.dev.stale_pages import TIMES, StalePages

pytestmark = pytest.mark.asyncio

GONE = {"type": "websocket.disconnect", "code": 1001}


def said(text: str) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": text}


def connects(schema: Any) -> dict[str, Any]:
    return said(f"40/_event,{json.dumps({'event': {}, 'state_schema': schema})}")


class Client:
    """Says what it is told to, and then is silent until its socket is closed."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._messages = list(messages)
        self._closed = asyncio.Event()
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if self._messages:
            return self._messages.pop(0)
        await self._closed.wait()
        return GONE

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        self._closed.set()


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def pages(heard: list[str]) -> StalePages:
    async def notes(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["type"] != "websocket.disconnect":
            heard.append(message["text"])
            if "40" not in message["text"]:
                return

    return StalePages(notes, "now", patience=0.1)


@pytest.mark.parametrize(
    "text",
    ["40/_event,", '40/_event,{"event":{}}', connects("now")["text"], "40/_event,no JSON", "40[]"],
)
async def test_any_other_page_comes_in(
    websocket_scope: Any, pages: StalePages, heard: list[str], text: str
) -> None:
    client = Client(said(text), said("3"))
    await pages(websocket_scope(), client.receive, client.send)
    assert heard == [text, "3"]


async def test_a_page_of_other_states_is_closed_and_in_the_end_let_in(
    websocket_scope: Any, pages: StalePages, heard: list[str]
) -> None:
    for _ in range(TIMES):
        client = Client(connects("before"), said("3"))
        await pages(websocket_scope(), client.receive, client.send)
        assert [message["code"] for message in client.sent] == [1012]  # with which it comes back
        assert heard == []
    client = Client(connects("before"), said("3"))
    await pages(websocket_scope(), client.receive, client.send)
    assert heard[1:] == ["3"]
    assert client.sent == []


async def test_one_that_loads_itself_again_keeps_nobody_waiting(
    websocket_scope: Any, pages: StalePages, heard: list[str]
) -> None:
    client = Client(connects("before"), GONE)
    async with asyncio.timeout(0.05):
        await pages(websocket_scope(), client.receive, client.send)
    assert (heard, client.sent) == ([], [])
