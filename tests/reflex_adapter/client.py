"""A client of Reflex's event channel that is no browser: Socket.IO over one raw WebSocket.

Written from the protocols (engine.io 4, socket.io 5), with nothing of ours, Reflex's or Django's.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any

import pytest
import websockets

ROOT = "reflex___state____state"
APP_STATE = f"{ROOT}.reflex_adapter___state____app_state"
PROBE = f"{APP_STATE}.tests___probe___views____probe_state"
LOGIN = f"{APP_STATE}.tests___probe___login_state____login_state"
REPORT = f"{APP_STATE}.tests___probe___report_state____report_state"
LOOK = f"{APP_STATE}.tests___probe___identity____look_state"
BLIND = f"{APP_STATE}.tests___probe___identity____blind_state"
LAZY = f"{APP_STATE}.tests___probe___identity____lazy_state"
NEIGHBOUR = f"{APP_STATE}.tests___probe___identity____neighbour_state"
REMEMBERING = f"{APP_STATE}.tests___probe___remembering____remembering_state"
SLOW = f"{APP_STATE}.tests___probe___slow____slow_state"
SWITCHING = f"{APP_STATE}.tests___probe___switching____switching_state"
PLAIN = f"{ROOT}.tests___probe___views____plain_state"
VAR = "_rx_state_"

numbers = itertools.count(1)


class EventClient:
    """One tab: it knows what it was sent, merged into ``state``, and the events it was told."""

    def __init__(self, socket: websockets.ClientConnection, page: str, visitor: str = "") -> None:
        self.socket = socket
        self.page = page
        self.visitor = visitor or given_cookies(socket)  # as a ``Cookie`` header has it
        self.state: dict[str, dict[str, Any]] = {}
        self.told: list[dict[str, Any]] = []
        self.updates: list[dict[str, Any]] = []
        self.tokens: list[str] = []  # those it was told to use from now on

    async def send(self, name: str, **payload: Any) -> None:
        await self.emit("event", self.packet(name, payload))

    async def emit(self, name: str, data: Any) -> None:
        await self.socket.send(f"42/_event,{json.dumps([name, data])}")

    def packet(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        router_data = {"pathname": self.page.split("?")[0], "asPath": self.page}
        return {"name": name, "payload": payload, "router_data": router_data}

    async def receive(self, seconds: float = 10) -> dict[str, Any]:
        """Return the next update, merged into ``state`` and ``told``."""
        async with asyncio.timeout(seconds):
            while True:
                frame = await self.socket.recv()
                assert isinstance(frame, str)
                if frame == "2":  # ping
                    await self.socket.send("3")
                elif frame.startswith("42/_event,"):
                    event, update = json.loads(frame[len("42/_event,") :])
                    if event == "new_token":
                        self.tokens.append(update)
                        continue
                    self._merge(update)
                    return dict(update)

    def _merge(self, update: dict[str, Any]) -> None:
        self.updates.append(update)
        for state, delta in update.get("delta", {}).items():
            self.state.setdefault(state, {}).update(delta)
        self.told.extend(update.get("events", []))

    async def receive_until(self, done: Any, seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not done(self):
                await self.receive(seconds)

    async def call(self, name: str, **payload: Any) -> dict[str, Any]:
        """Send an event and return the next update."""
        await self.send(name, **payload)
        return await self.receive()

    def var(self, state: str, name: str) -> Any:
        return self.state.get(state, {}).get(name + VAR)

    @property
    def kept_under(self) -> str:
        """What Reflex keeps the tab's state under, as it shows it to the page."""
        return str(self.var(ROOT, "rx_router_session")["client_token"])

    @property
    def scripts(self) -> list[str]:
        """The scripts that the page was told to run."""
        calls = [event for event in self.told if event["name"] == "_call_script"]
        return [event["payload"]["javascript_code"] for event in calls]


def given_cookies(socket: websockets.ClientConnection) -> str:
    """Return the cookies that a handshake was answered with, as the next one would bring them."""
    assert socket.response is not None
    cookies = SimpleCookie(socket.response.headers.get("set-cookie", ""))
    return "; ".join(f"{name}={morsel.coded_value}" for name, morsel in cookies.items())


@asynccontextmanager
async def connected(
    address: str,
    *,
    page: str = "/",
    cookie: str | None = None,
    visitor: str = "",
    origin: str | None = "",
    token: str | None = None,
    hydrate: bool = True,
    headers: Iterable[tuple[str, str]] = (),
    server: tuple[str, int] | None = None,
    language: str | None = None,
) -> AsyncIterator[EventClient]:
    """Open a tab on ``page`` of the site at ``address``, by default with the site's own origin.

    It is the tab of a visitor of its own, unless it brings the ``visitor`` of another one.
    ``server`` is where it is reached, if not where its address says.
    """
    elsewhere = dict(zip(("host", "port"), server or (), strict=False))
    cookies = "; ".join(filter(None, [cookie, visitor]))
    url = f"{address.replace('http', 'ws')}/_event/?EIO=4&transport=websocket"
    usual = {"Cookie": cookies, "Accept-Language": language}
    named = [(name, value) for name, value in usual.items() if value]
    async with websockets.connect(
        f"{url}&token={token or uuid.uuid4()}",
        origin=address if origin == "" else origin,  # type: ignore[arg-type]
        additional_headers=[*named, *headers],
        close_timeout=0.5,  # for those that the network has lost
        **elsewhere,  # type: ignore[arg-type]
    ) as socket:
        assert str(await socket.recv()).startswith("0")
        client = EventClient(socket, page, visitor)
        boot = {"event": client.packet(f"{ROOT}.hydrate_and_load", {})} if hydrate else {}
        await socket.send(f"40/_event,{json.dumps(boot)}")
        if hydrate:
            await client.receive_until(lambda tab: tab.var(ROOT, "is_hydrated"))
        yield client


async def run(tab: EventClient, handler: str, **payload: Any) -> None:
    """Run a handler of the probe to its end, whether or not it sends an update."""
    number = next(numbers)
    await tab.send(f"{PROBE}.{handler}", **payload)
    await tab.send(f"{PROBE}.mark", number=number)
    await tab.receive_until(lambda tab: tab.var(PROBE, "seen") == f"mark {number}")


async def close_code(tab: EventClient, seconds: float = 5) -> int:
    """Return the code with which the server closes the tab's socket; what came before is merged."""
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await tab.receive_until(lambda tab: False, seconds)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code
