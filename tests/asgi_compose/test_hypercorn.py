"""What a real server makes of us: hypercorn, which is the strictest about lifespans."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.utils import LifespanFailureError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route as StarletteRoute

import asgi_compose
from asgi_compose import ASGIApp, Dispatcher, OriginGuard, Route, Scope, path_prefix

from .driver import PATIENCE, answers
from .lifespan_apps import fails_on_startup, knows_only_http

HANDSHAKE = (
    "GET {} HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[int]:
    """Serve ``app`` on a free port; leaving the block is a graceful stop."""
    listening = socket.create_server(("127.0.0.1", 0))
    port: int = listening.getsockname()[1]
    config, stop = Config(), asyncio.Event()
    config.bind = [f"fd://{listening.detach()}"]
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))  # type: ignore[arg-type]
    try:
        yield port
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await server


async def answer_to(port: int, request: str) -> bytes:
    """Send a request as it stands, and return the status line."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request.encode())
        async with asyncio.timeout(PATIENCE):
            return await reader.readline()
    finally:
        writer.close()
        await writer.wait_closed()


def nobody(scope: Scope, origin: str | None) -> bool:
    return False


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", b"403"), ("/guarded", b"403"), ("//guarded", b"400")],
)
async def test_a_websocket_is_refused_before_it_opens(path: str, status: bytes) -> None:
    guarded = OriginGuard(answers(200), allowed=nobody)
    async with served(Dispatcher([Route(path_prefix("/guarded"), guarded)])) as port:
        assert status in await answer_to(port, HANDSHAKE.format(path))


async def test_absolute_form_is_refused() -> None:
    request = "GET http://evil.example/api HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with served(Dispatcher([Route(path_prefix("/api"), answers(200))])) as port:
        assert b"400" in await answer_to(port, request)


async def test_starlette_and_an_application_without_lifespan_are_served_together(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log: list[str] = []

    @asynccontextmanager
    async def pool(app: Starlette) -> AsyncIterator[dict[str, str]]:
        log.append("open")
        yield {"pool": "open"}
        log.append("closed")

    async def show_pool(request: Request) -> JSONResponse:
        return JSONResponse(request.state.pool)

    api = Starlette(routes=[StarletteRoute("/api/pool", show_pool)], lifespan=pool)
    site = Dispatcher([Route(path_prefix("/api"), api)], default=knows_only_http)
    async with served(site) as port, httpx.AsyncClient() as client:
        response = await client.get(f"http://127.0.0.1:{port}/api/pool")
        assert response.json() == "open"
        assert log == ["open"]
    assert log == ["open", "closed"]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


PORT_IS_TAKEN = """
import asyncio, contextlib, logging, sys
from hypercorn.asyncio import serve
from hypercorn.config import Config
from starlette.applications import Starlette
from asgi_compose import Dispatcher

@contextlib.asynccontextmanager
async def pool(app):
    print("open")
    try:
        yield
    finally:
        print("closed")

logging.basicConfig(level=logging.INFO)
config = Config()
config.bind = [sys.argv[1]]
try:
    asyncio.run(serve(Dispatcher([], default=Starlette(lifespan=pool)), config))
except OSError as error:
    print(error)
"""


def test_a_port_that_is_taken_is_all_that_is_said_about_it() -> None:
    """hypercorn starts the lifespan before it asks for the port, and then cancels it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = "{}:{}".format(*taken.getsockname())
        command = [sys.executable, "-c", PORT_IS_TAKEN, bind]
        root = Path(asgi_compose.__file__).parents[1]
        ended = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=30)
    opened, closed, failed = ended.stdout.splitlines()
    assert (opened, closed) == ("open", "closed")
    assert "in use" in failed
    assert ended.stderr == ""


async def test_a_failed_start_keeps_the_server_from_serving() -> None:
    with pytest.raises(LifespanFailureError, match="no database"):
        async with served(Dispatcher([], default=fails_on_startup)):
            pass
