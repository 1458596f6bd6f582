"""Applications named for what they do when a server runs their lifespan."""

from __future__ import annotations

import asyncio
from functools import wraps

from asgi_compose import ASGIApp, Message, Receive, Scope, Send

STARTED = {"type": "lifespan.startup.complete"}
NOT_STARTED = {"type": "lifespan.startup.failed", "message": "no database"}
STOPPED = {"type": "lifespan.shutdown.complete"}
NOT_STOPPED = {"type": "lifespan.shutdown.failed", "message": "cannot flush"}


async def works(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(STARTED)
    await receive()
    await send(STOPPED)


async def waits_for_more(scope: Scope, receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})


async def knows_only_http(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("Django can only handle ASGI/HTTP connections, not lifespan.")


async def returns_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    return


async def returns_on_startup(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()


async def raises_on_startup(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    raise RuntimeError("cannot connect")


async def fails_on_startup(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(NOT_STARTED)


async def fails_on_startup_and_raises(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(NOT_STARTED)
    raise RuntimeError("no database")


async def fails_on_startup_and_waits(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(NOT_STARTED)
    await receive()


async def never_answers(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


async def returns_once_started(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(STARTED)


async def raises_once_started(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(STARTED)
    raise RuntimeError("lost the connection")


async def answers_twice(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(STARTED)
    await send(STARTED)


async def says_stopped_too_early(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(STARTED)
    await send(STOPPED)


async def raises_on_shutdown(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(STARTED)
    await receive()
    raise RuntimeError("cannot close")


async def fails_on_shutdown(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(STARTED)
    await receive()
    await send(NOT_STOPPED)


async def fails_on_shutdown_and_raises(scope: Scope, receive: Receive, send: Send) -> None:
    await fails_on_shutdown(scope, receive, send)
    raise RuntimeError("cannot flush")


async def never_stops(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(STARTED)
    await asyncio.Event().wait()


def noted(app: ASGIApp, log: list[str], name: str = "") -> ASGIApp:
    """Note in ``log`` each event that ``app`` is told, as ``"startup works"``."""

    @wraps(app)
    async def noted_app(scope: Scope, receive: Receive, send: Send) -> None:
        async def noting_receive() -> Message:
            message = await receive()
            log.append(f"{message['type'].removeprefix('lifespan.')} {name or app.__name__}")
            return message

        await app(scope, noting_receive, send)

    return noted_app
