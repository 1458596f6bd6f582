"""Real hypercorn in this process, for the application as it is or with other settings."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from django.test import override_settings
from hypercorn.asyncio import serve
from hypercorn.config import Config

from django_adapter import get_asgi_application
from reflex_adapter.asgi_entry import application
from reflex_adapter.bridge import DjangoEventBridge
from reflex_adapter.django_led_app import app
from reflex_adapter.mount import is_reserved


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def served(application: Any) -> AsyncIterator[str]:
    """Serve ``application`` while the block runs; give its address."""
    config = Config()
    config.bind = [f"127.0.0.1:{free_port()}"]
    config.accesslog = config.errorlog = None
    config.graceful_timeout = 0.1  # for connections that clients keep alive
    ready, stop = asyncio.Event(), asyncio.Event()

    async def stopped() -> None:
        ready.set()
        await stop.wait()

    task = asyncio.create_task(serve(application, config, shutdown_trigger=stopped))
    await ready.wait()
    try:
        yield f"http://{config.bind[0]}"
    finally:
        stop.set()
        await task


@asynccontextmanager
async def served_with(**settings: Any) -> AsyncIterator[str]:
    """Serve the whole site, views and events alike, with these settings while the block runs.

    The ``site`` is running meanwhile: this is a second door to its Reflex.
    """
    before = app.bridge
    with override_settings(**settings):
        django = get_asgi_application()
        app.bridge = DjangoEventBridge()

        async def site(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "lifespan":
                return
            inner = scope["type"] == "websocket" or is_reserved(scope["path"])
            await (application if inner else django)(scope, receive, send)

        try:
            async with served(site) as address:
                yield address
        finally:
            app.bridge = before
