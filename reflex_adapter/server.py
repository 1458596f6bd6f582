"""Serve an ASGI application by hypercorn, and stop when told to, with browsers connected.

Hypercorn 0.18 on Python 3.12.1 and later waits for every open WebSocket before it stops. So they
are closed first, with the code that tells a client to come back (1012, service restart).
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from asgi_compose import ASGIApp, Receive, Scope, Send
from reflex_adapter.closable import ClosableSocket

SERVICE_RESTART = 1012


class OpenSockets:
    """Passes everything on, and knows the WebSockets that are open."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._open: set[ClosableSocket] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        connection = ClosableSocket(send)
        self._open.add(connection)
        try:
            await self.app(scope, receive, connection.send)
        finally:
            self._open.discard(connection)

    async def close(self) -> None:
        """Close them all. Those that break meanwhile are gone anyway."""
        closing = [connection.close(SERVICE_RESTART) for connection in self._open]
        await asyncio.gather(*closing, return_exceptions=True)


def serve(
    application: ASGIApp, host: str, port: int, ready: Callable[[], None], *, signals: bool = True
) -> None:
    """Serve until ``SIGINT`` or ``SIGTERM``; call ``ready`` once connections are taken.

    ``signals`` is false where another thread than the main one serves, and is ended from outside.
    Raises ``OSError`` where the port cannot be had.
    """
    make_sure_it_is_free(host, port)
    config = Config()
    config.loglevel = "WARNING"
    config.bind = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"]
    asyncio.run(serve_until_stopped(OpenSockets(application), config, ready, signals=signals))


def make_sure_it_is_free(host: str, port: int) -> None:
    """Raise ``OSError`` now if the port is taken, before there is an application to stop again."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    socket.create_server((host, port), family=family).close()


async def serve_until_stopped(
    sockets: OpenSockets, config: Config, ready: Callable[[], None], *, signals: bool
) -> None:
    stop = asyncio.Event()
    if signals:
        listen_for_signals(stop)

    async def stopped() -> None:
        ready()
        await stop.wait()
        await sockets.close()

    await hypercorn_serve(sockets, config, shutdown_trigger=stopped)  # type: ignore[arg-type]


def listen_for_signals(stop: asyncio.Event) -> None:
    """Set ``stop`` at the first signal; a second one interrupts at once."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):

        def on_signal(number: signal.Signals = number) -> None:
            stop.set()
            loop.remove_signal_handler(number)

        loop.add_signal_handler(number, on_signal)
