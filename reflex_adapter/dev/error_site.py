"""What a browser sees while the project cannot be loaded: the error, until it is repaired."""

from __future__ import annotations

import asyncio
import html
import traceback
from collections.abc import Callable
from socket import socket

from django.core.management.base import SystemCheckError
from hypercorn.asyncio import serve

from asgi_compose import Receive, Scope, Send, refuse
from reflex_adapter.dev.alive import ALIVE, alive, script
from reflex_adapter.listener import Listener, ListeningConfig
from reflex_adapter.page_errors import described

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{kind}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 3rem; color: #222; background: #fff6f4 }}
pre {{ font-size: 14px; overflow: auto; padding: 1rem; background: #fff; border: 1px solid #ddd }}
</style></head><body><h1>{kind}</h1><p id="what">{what}</p><pre>{trace}</pre>
<p>This page loads again when a file is saved.</p>
{script}</body></html>
"""


def error_page(error: BaseException) -> str:
    """Return a page that shows ``error`` and loads itself again when this process has ended."""
    what, details = told_of(error)
    return PAGE.format(
        kind=html.escape(type(error).__name__),
        what=html.escape(what),
        trace=html.escape(details),
        script=script(),
    )


def told_of(error: BaseException) -> tuple[str, str]:
    """Return a line of what is wrong, and all there is to tell of it."""
    if isinstance(error, SystemCheckError):  # no line of the project has raised it
        what, _, found = str(error).partition("\n")
        return what.removeprefix("SystemCheckError: "), found.strip()
    return described(error), "".join(traceback.format_exception(error))


class ErrorSite:
    """The whole site, whatever is asked for; for no project needs to be loaded for it."""

    def __init__(self, error: BaseException) -> None:
        self._page = error_page(error).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await (alive if scope["path"] == ALIVE else unavailable)(scope, receive, send)
        elif scope["type"] == "http":
            length = str(len(self._page)).encode()
            headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", length)]
            start = {"type": "http.response.start", "status": 500}
            await send({**start, "headers": [*headers, (b"cache-control", b"no-store")]})
            await send({"type": "http.response.body", "body": self._page, "more_body": False})


async def unavailable(scope: Scope, receive: Receive, send: Send) -> None:
    await refuse(scope, receive, send, status=503, text="The project cannot be loaded.")


def serve_plainly(
    site: ErrorSite,
    listening: socket,
    ready: Callable[[], None],
    listen_for_stop: Callable[[Callable[[], None]], None],
    *,
    grace: float,
) -> None:
    """Serve as ``server.serve`` does, without anything that needs a project; break off at once."""
    listener = Listener(listening)

    async def until_stopped() -> None:
        stop = asyncio.Event()
        listen_for_stop(stop.set)

        async def stopped() -> None:
            ready()
            await stop.wait()
            listener.break_off()

        await serve(site, ListeningConfig(listener), shutdown_trigger=stopped)  # type: ignore[arg-type]

    asyncio.run(until_stopped())
