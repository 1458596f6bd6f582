"""Under real servers an application behind ours is served as it is served bare.

Each test lets a client make the same visit to both and compares all that it, and the application,
saw; what is asserted besides makes sure that there was something to see.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest
import websockets

from tests.conformance import h2_client, servers
from tests.conformance.apps import CHUNK, SENT_FILE
from tests.conformance.servers import ARGUMENTS, Server
from tests.conformance.tls import trusting

COMPOSED = ["routed", "by_default"]
HYPERCORNS_HTTP2 = ["hypercorn/2", "hypercorn+tls/2"]
# How each server is spoken to: uvicorn knows no HTTP/2 unless it is given another implementation.
WIRES = ["hypercorn/1.1", *HYPERCORNS_HTTP2, "uvicorn/1.1", "granian/1.1", "granian/2"]
OVER_HTTP2 = [wire for wire in WIRES if wire.endswith("/2")]
T = TypeVar("T")
Fleet = dict[tuple[str, str], Server]


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Every server with every shape of the application."""
    logs = tmp_path_factory.mktemp("conformance")
    apps = ["bare", *COMPOSED]
    with ExitStack() as stack:
        starting = {
            server: stack.enter_context(servers.started(server, apps, logs)) for server in ARGUMENTS
        }
        fleet = {
            (server, app): process
            for server, processes in starting.items()
            for app, process in zip(apps, processes, strict=True)
        }
        for process in fleet.values():
            process.wait_until_up()
        yield fleet


@dataclass
class Visit:
    """A client, and the application that it visits."""

    server: Server
    client: httpx.AsyncClient

    def url(self, path: str) -> str:
        return self.server.url(f"site/{path}")

    def ws(self, path: str) -> str:
        return self.server.url(f"site/{path}", "ws")

    async def seen(self, name: str) -> list[str]:
        """What the application saw of the connection with this name, once that has ended."""
        async for _ in soon(f"the connection {name} should have ended"):
            answer = await self.client.get(self.url(f"seen?{name}"))
            if answer.status_code == 200:
                break
        seen: list[str] = answer.json()
        return seen


async def soon(what: str) -> AsyncIterator[None]:
    """Go round until the caller breaks off, but not for long."""
    for _ in range(100):
        yield
        await asyncio.sleep(0.02)
    raise TimeoutError(what)


@pytest.fixture(params=WIRES)
def wire(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=COMPOSED)
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def visits(fleet: Fleet, wire: str, shape: str) -> AsyncIterator[tuple[Visit, Visit]]:
    """A visit to the bare application and one to the composed."""
    server, _, version = wire.partition("/")
    bare, composed = fleet[server, "bare"], fleet[server, shape]
    async with client_of(bare, version) as first, client_of(composed, version) as second:
        yield Visit(bare, first), Visit(composed, second)


def client_of(server: Server, version: str) -> httpx.AsyncClient:
    """Over TLS, HTTP/2 is only offered, beside HTTP/1.1: the server has to choose it."""
    http2 = version == "2"
    http1 = server.tls or not http2
    return httpx.AsyncClient(http1=http1, http2=http2, trust_env=False, verify=trusting())


@pytest.fixture
def bare(visits: tuple[Visit, Visit]) -> Visit:
    return visits[0]


@pytest.fixture
def composed(visits: tuple[Visit, Visit]) -> Visit:
    return visits[1]


async def same(visit: Callable[[Visit], Awaitable[T]], bare: Visit, composed: Visit) -> T:
    """Pay both applications the same visit and return what came of it, which has to be the same."""
    of_bare, of_composed = await asyncio.gather(visit(bare), visit(composed))
    assert of_composed == of_bare
    return of_composed


def answer(response: httpx.Response) -> tuple[Any, ...]:
    """All of a response but the date, as it was on the wire."""
    headers = [(name, value) for name, value in response.headers.raw if name.lower() != b"date"]
    return response.http_version, response.status_code, headers, response.content


async def answer_or_error(coming: Awaitable[httpx.Response]) -> Any:
    try:
        return answer(await coming)
    except httpx.ProtocolError as error:
        return repr(error)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
async def test_the_application_gets_what_the_server_made(
    bare: Visit, composed: Visit, wire: str, method: str
) -> None:
    async def visit(to: Visit) -> Any:
        headers = {"X-Name": "first", "cookie": "a=b"}
        url = to.url("show/caf%C3%A9%20au-lait?q=%20+1")
        return await answer_or_error(to.client.request(method, url, headers=headers))

    came = await same(visit, bare, composed)
    if method != "HEAD":  # to which granian sends a body over HTTP/2, and httpx makes that an error
        assert came[:2] == (f"HTTP/{wire.partition('/')[2]}", 200)
        seen = json.loads(came[-1])
        assert seen["scheme"] == repr("https" if "+tls" in wire else "http")
        assert seen["path"] == repr("/site/show/café au-lait")
        assert seen["raw_path"] == repr(b"/site/show/caf%C3%A9%20au-lait")
        assert seen["state"] == repr({"startup": "seen"})


async def test_an_uploaded_body_arrives_whole(bare: Visit, composed: Visit) -> None:
    async def visit(to: Visit) -> tuple[Any, ...]:
        async def body() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield CHUNK

        return answer(await to.client.post(to.url("show"), content=body()))

    came = await same(visit, bare, composed)
    assert json.loads(came[-1])["body"] == 20 * len(CHUNK)


async def test_events_arrive_as_they_are_sent(bare: Visit, composed: Visit) -> None:
    async def visit(to: Visit) -> list[bytes]:
        name, came = uuid4().hex, []
        async with to.client.stream("GET", to.url(f"stream?{name}")) as response:
            async for event in response.aiter_raw():
                came.append(event)
                await to.client.get(to.url(f"release?{name}"))
        return came

    assert await same(visit, bare, composed) == [b"data: %d\n\n" % n for n in range(3)]


async def left(bare: Visit, composed: Visit, wire: str, path: str) -> list[str]:
    """Leave as soon as the first chunk is there, and return what the applications saw of that."""

    async def visit(to: Visit) -> list[str]:
        name = uuid4().hex
        if wire.endswith("/2"):
            await h2_client.leave(to.url(f"{path}?{name}"))
        else:
            async with httpx.AsyncClient(trust_env=False) as leaving:
                await first_chunk(leaving, to.url(f"{path}?{name}"))
        return await to.seen(name)

    return await same(visit, bare, composed)


async def test_who_waits_for_it_learns_that_the_client_left(
    bare: Visit, composed: Visit, wire: str
) -> None:
    seen = await left(bare, composed, wire, "disconnect")
    assert seen[0] == repr([("type", "http.disconnect")])


# Not hypercorn's HTTP/2, where an application that is sending to a stream that was reset, bare or
# not, waits for ever and, unless it is over TLS, keeps the server from stopping.
@pytest.mark.parametrize(
    "wire", [wire for wire in WIRES if wire not in HYPERCORNS_HTTP2], indirect=True
)
async def test_who_only_sends_ends_as_the_server_has_it_when_the_client_left(
    bare: Visit, composed: Visit, wire: str
) -> None:
    assert await left(bare, composed, wire, "flood")


async def first_chunk(client: httpx.AsyncClient, url: str) -> bytes:
    async with client.stream("GET", url) as response, aclosing(response.aiter_raw()) as chunks:
        return await anext(chunks)


@pytest.mark.parametrize("path", ["crash", "crash/late"])
async def test_what_the_application_raises_reaches_the_server(
    bare: Visit, composed: Visit, path: str
) -> None:
    async def visit(to: Visit) -> Any:
        logged_before = to.server.log.read_text().count("LookupError")
        came = await answer_or_error(to.client.get(to.url(path)))
        async for _ in soon("the server should have logged the error"):
            if to.server.log.read_text().count("LookupError") > logged_before:
                break
        return came

    came = await same(visit, bare, composed)
    if path == "crash":
        assert came[1] == 500


@pytest.mark.parametrize("wire", OVER_HTTP2, indirect=True)
@pytest.mark.parametrize(
    ("path", "proof"),
    [
        ("early-hint", "InformationalResponseReceived"),
        ("push", "PushedStreamReceived"),
        ("trailers", "TrailersReceived"),
    ],
)
async def test_what_only_http2_has_comes_through_where_the_server_offers_it(
    bare: Visit, composed: Visit, wire: str, path: str, proof: str
) -> None:
    async def visit(to: Visit) -> dict[int, list[tuple[str, Any]]]:
        return await h2_client.get(to.url(path))

    came = await same(visit, bare, composed)
    assert (proof in dict(came[1])) == (wire in HYPERCORNS_HTTP2)


async def test_a_file_is_sent_by_its_path_where_the_server_offers_it(
    bare: Visit, composed: Visit, wire: str
) -> None:
    async def visit(to: Visit) -> tuple[Any, ...]:
        return answer(await to.client.get(to.url("path-send")))

    came = await same(visit, bare, composed)
    file_sent = came[-1] == SENT_FILE.read_bytes()
    assert file_sent == wire.startswith("granian")


# The handshake is HTTP/1.1's: no WebSocket client here speaks HTTP/2.
over_http1 = pytest.mark.parametrize(
    "wire", [wire for wire in WIRES if wire.endswith("/1.1")], indirect=True
)


@over_http1
async def test_a_websocket_echoes(bare: Visit, composed: Visit, wire: str) -> None:
    messages = ["", "text", "é" * 100_000, b"", b"\x00bytes", CHUNK * 8, "scope"]

    async def visit(to: Visit) -> list[Any]:
        connecting = websockets.connect(to.ws("show"), subprotocols=["v2", "v1"])  # type: ignore[list-item]
        async with connecting as socket:
            assert socket.response is not None
            came: list[Any] = [socket.subprotocol, socket.response.headers.get("x-from")]
            for message in messages:
                await socket.send(message)
                came.append(await socket.recv())
        return [*came[:-1], without_key(came[-1])]

    subprotocol, header, *echoed, scope = await same(visit, bare, composed)
    assert subprotocol == "v2"
    # granian offers no way to send headers with an accept: they are left out, bare or not.
    assert header == (None if wire == "granian/1.1" else "site")
    assert echoed == messages[:-1]
    assert scope["path"] == repr("/site/show")


def without_key(scope: str) -> dict[str, Any]:
    """A described scope, but for the handshake's random key."""
    described: dict[str, Any] = json.loads(scope)
    headers = described["headers"]
    return described | {"headers": [pair for pair in headers if pair[0] != "sec-websocket-key"]}


@over_http1
@pytest.mark.parametrize("how", ["by the client", "by the application", "by nobody"])
async def test_a_websocket_ends(bare: Visit, composed: Visit, how: str) -> None:
    async def visit(to: Visit) -> tuple[Any, ...]:
        name = uuid4().hex
        async with websockets.connect(to.ws(f"show?{name}")) as socket:
            if how == "by the client":
                await socket.close(4001, "enough")
            elif how == "by the application":
                await socket.send("close")
                await socket.wait_closed()
            else:
                socket.transport.abort()
                await socket.wait_closed()
        return socket.close_code, socket.close_reason, await to.seen(name)

    came = await same(visit, bare, composed)
    code = {"by the client": 4001, "by the application": 4002, "by nobody": 1006}[how]
    assert came[0] == code


@over_http1
@pytest.mark.parametrize(("path", "status"), [("refuse", 403), ("deny", 401), ("crash", 500)])
async def test_a_websocket_does_not_open(
    bare: Visit, composed: Visit, wire: str, path: str, status: int
) -> None:
    async def visit(to: Visit) -> tuple[Any, ...]:
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(to.ws(path))
        response = refusal.value.response
        headers = [header for header in response.headers.raw_items() if header[0].lower() != "date"]
        return response.status_code, headers, response.body

    came = await same(visit, bare, composed)
    # granian answers 403 whatever it is told, bare or not, although it offers the denial response.
    assert came[0] == (403 if wire == "granian/1.1" else status)


@pytest.mark.parametrize("shape", ["routed"], indirect=True)
async def test_what_nobody_serves_is_refused(composed: Visit, wire: str) -> None:
    http = await composed.client.get(composed.server.url("nowhere"))
    assert (http.status_code, http.text) == (404, "Nothing is served here.")
    neighbours = await composed.client.get(composed.server.url("other/x"))
    assert (neighbours.status_code, neighbours.text) == (418, "the neighbour")
    if wire.endswith("/1.1"):
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(composed.server.url("nowhere", "ws"))
        assert refusal.value.response.status_code == 403


@pytest.mark.parametrize("server", ARGUMENTS)
def test_lifespan_runs_from_start_to_end(server: str, tmp_path: Path) -> None:
    """The neighbour knows no lifespan; that must neither keep the site from its own nor show."""
    with servers.running(server, ["bare", *COMPOSED], tmp_path) as fleet:
        for process in fleet:  # granian listens before the application has started
            httpx.get(process.url("site/small"), trust_env=False, verify=trusting())
    for process in fleet:
        assert site_saw(process) == ["startup", "shutdown"]
        assert "Traceback" not in process.log.read_text()


def site_saw(server: Server) -> list[str]:
    said = "site saw "
    lines = server.log.read_text().splitlines()
    return [line.removeprefix(said) for line in lines if line.startswith(said)]


@pytest.mark.parametrize("server", ARGUMENTS)
def test_a_failed_start_ends_the_server(server: str, tmp_path: Path) -> None:
    with servers.started(server, ["failing", "failing_behind"], tmp_path) as fleet:
        bare, behind = (process.process.wait(servers.PATIENCE) for process in fleet)
    assert behind == bare
    # It had started already, and has to be stopped before the server gets its answer.
    assert site_saw(fleet[1]) == ["startup", "shutdown"]
