"""Drive an ASGI application by hand, as a server would, and see what it sends."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

from asgi_compose import ASGIApp, Message, Receive, Scope, Send

PATIENCE = 5.0


def http_scope(path: str = "/", **more: Any) -> Scope:
    return {"type": "http", "method": "GET", "path": path, "headers": [], **more}


def websocket_scope(path: str = "/", **more: Any) -> Scope:
    return {"type": "websocket", "path": path, "headers": [], **more}


async def call(app: ASGIApp, scope: Scope) -> list[Message]:
    """Call ``app`` for one connection and return all that it sent."""
    first = {"http": "http.request", "websocket": "websocket.connect"}[scope["type"]]
    incoming: list[Message] = [{"type": first}]
    sent: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        if scope["type"] == "websocket":
            assert not incoming, "a websocket was answered before its websocket.connect was read"
        sent.append(message)

    async with asyncio.timeout(PATIENCE):
        await app(scope, receive, send)
    return sent


async def status_of(app: ASGIApp, scope: Scope) -> int | str:
    """Return the status of the answer, or the first message's type where it has none."""
    first = (await call(app, scope))[0]
    return first.get("status") or str(first["type"])


def answers(status: int) -> ASGIApp:
    """Make an application that is known by the status of all its answers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


class LifespanDriver:
    """The server's side of one lifespan; leaving the block cancels it, as hypercorn does."""

    def __init__(self, app: ASGIApp, state: dict[str, Any] | None = None) -> None:
        self.app = app
        self.scope: Scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
        if state is not None:
            self.scope["state"] = state

    async def __aenter__(self) -> LifespanDriver:
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.outgoing: asyncio.Queue[Message] = asyncio.Queue()
        lifespan = self.app(self.scope, self.incoming.get, self.outgoing.put)
        self.task = asyncio.ensure_future(lifespan)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.task.cancel()
        await asyncio.wait([self.task], timeout=PATIENCE)

    async def startup(self) -> Message:
        return await self._answer_to("lifespan.startup")

    async def shutdown(self) -> Message:
        return await self._answer_to("lifespan.shutdown")

    async def _answer_to(self, event: str) -> Message:
        self.incoming.put_nowait({"type": event})
        async with asyncio.timeout(PATIENCE):
            return await self.outgoing.get()


async def run_lifespan(app: ASGIApp, state: dict[str, Any] | None = None) -> list[Message]:
    """Run a whole lifespan and return the answers; shutdown is asked for only after a start.

    An application may raise once it has answered that it failed, as Starlette's do, and only then.
    """
    async with LifespanDriver(app, state) as lifespan:
        answers = [await lifespan.startup()]
        if answers[0]["type"] == "lifespan.startup.complete":
            answers.append(await lifespan.shutdown())
        await asyncio.wait([lifespan.task], timeout=PATIENCE)
    assert lifespan.outgoing.empty()
    if not answers[-1]["type"].endswith(".failed"):
        lifespan.task.result()
    return answers
