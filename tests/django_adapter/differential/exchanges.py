"""One request as a plan has it: what is sent, and all that a handler did with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import copy_context
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice, zip_longest
from typing import Any, TypeVar

from asgiref.sync import ThreadSensitiveContext, async_to_sync, sync_to_async
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.base import BaseHandler
from django.test import override_settings

from tests.django_adapter.differential.normal import Visitor, normal_error, normal_response
from tests.django_adapter.differential.noting import noted

Handler = TypeVar("Handler", bound=BaseHandler)

BODY = b"who=ada&csrfmiddlewaretoken=" + b"t" * 32
# What is raised is compared too; a view may say of itself that it was cancelled.
RAISED = (Exception, asyncio.CancelledError)
PATIENCE = 20  # seconds; whoever needs them waits for what never comes


@dataclass(frozen=True)
class Asked:
    """A stack, what is asked of it, and what everybody is told to do."""

    stack: list[str]
    plan: Mapping[tuple[str, str], str]
    path: str = "/sync/"
    method: str = "GET"
    visitor: Visitor = field(default_factory=Visitor)
    headers: tuple[tuple[str, str], ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    signals: bool = True  # whether somebody listens to them
    whole: bool = True  # whether the body comes in one piece
    query: bytes = b"a=b"

    @property
    def debug(self) -> bool:
        return bool(self.settings.get("DEBUG"))

    def settled(self) -> AbstractContextManager[None]:
        engine = {"SESSION_ENGINE": self.visitor.engine}
        return override_settings(MIDDLEWARE=self.stack, **engine, **self.settings)

    def scope(self) -> dict[str, Any]:
        # The technical pages of DEBUG are as text, since they take long as HTML.
        headers = {"host": "testserver", "accept": "text/plain" if self.debug else "*/*"}
        headers |= {**self.visitor.headers(), **dict(self.headers)}
        if self.method == "POST":
            kind = "application/x-www-form-urlencoded"
            headers |= {"content-type": kind, "content-length": str(len(BODY))}
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": "http",
            "method": self.method,
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query,
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("192.0.2.7", 51234),
            "server": ("127.0.0.1", 8000),
            "plan": self.plan,
            "trace": [],
            "threads": [],
            "signals": self.signals,
        }

    def body(self) -> bytes:
        return BODY if self.method == "POST" else b""


@dataclass(frozen=True)
class Done:
    """What came of it: everything that may not differ."""

    trace: list[Any]
    response: Any = None
    error: Any = None

    def differs_from(self, other: Done) -> list[tuple[Any, Any]]:
        """The first step that is not the same, and what else is not."""
        steps = zip_longest(self.trace, other.trace)
        parts = zip_longest(self.response or (), other.response or ())
        pairs = [*islice((pair for pair in steps if pair[0] != pair[1]), 1), *parts]
        return [pair for pair in [*pairs, (self.error, other.error)] if pair[0] != pair[1]]


class Connection:
    """The server's side: hands in the body, keeps what is sent, and never disconnects."""

    def __init__(self, body: bytes, whole: bool = True) -> None:
        end = {"type": "http.request", "body": body}
        begin = {"type": "http.request", "body": body[:9], "more_body": True}
        self.incoming = [end] if whole else [{**end, "body": body[9:]}, begin]
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if self.incoming:
            return self.incoming.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def response(self) -> tuple[int, list[tuple[str, str]], bytes]:
        start, *parts = self.sent
        headers = [(name.decode(), value.decode()) for name, value in start["headers"]]
        return start["status"], headers, b"".join(part.get("body", b"") for part in parts)


class DjangoHandler(ASGIHandler):
    """Django's own, which before 6.0 leaves the body open when it raises."""

    async def read_body(self, receive: Any) -> Any:
        self.body = await super().read_body(receive)
        return self.body

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.body.close()


def one_of(kind: type[Handler]) -> Handler:
    """Make one with a class of its own, by which its signals can be told from those of others."""
    made: type[Handler] = type(kind.__name__, (kind,), {})
    return made()


async def over_asgi(asked: Asked, kind: type[ASGIHandler]) -> Done:
    """Send it to the handler as a server does."""
    scope, connection = asked.scope(), Connection(asked.body(), asked.whole)
    with asked.settled(), noted(scope) as sender:
        try:
            sender.append(handler := one_of(kind))
            call = handler(scope, connection.receive, connection.send)
            await asyncio.wait_for(asyncio.create_task(call), PATIENCE)
        except RAISED as error:
            return Done(scope["trace"], (bool(connection.sent),), normal_error(error))
        return Done(scope["trace"], normal_response(asked, *connection.response()))


async def by_get_response(asked: Asked, kind: type[ASGIHandler]) -> Done:
    """Give it to the handler as a request, below a thread of its own as in a server."""
    scope = asked.scope()
    with asked.settled(), noted(scope) as sender:
        try:
            sender.append(handler := one_of(kind))
            async with ThreadSensitiveContext():
                task = asyncio.create_task(responded(handler, scope, asked.body()))
                response = await asyncio.wait_for(task, PATIENCE)
        except RAISED as error:
            return Done(scope["trace"], error=normal_error(error))
        return Done(scope["trace"], normal_response(asked, *response))


def from_sync_code(asked: Asked, kind: type[ASGIHandler]) -> Done:
    """The same from a thread without a loop, which then is the one that sync code runs in."""
    scope = asked.scope()
    scope["threads"].append(threading.get_ident())
    with asked.settled(), noted(scope) as sender:
        try:
            sender.append(handler := one_of(kind))
            call = async_to_sync(responded)
            response = copy_context().run(call, handler, scope, asked.body())
        except RAISED as error:
            return Done(scope["trace"], error=normal_error(error))
        return Done(scope["trace"], normal_response(asked, *response))


async def responded(handler: ASGIHandler, scope: dict[str, Any], body: bytes) -> Any:
    response = await handler.get_response_async(ASGIRequest(scope, BytesIO(body)))
    response._handler_class = type(handler)  # type: ignore[attr-defined]
    try:
        return await read(response)
    finally:
        await sync_to_async(response.close)()


async def read(response: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return what would be sent of a response, and what made it, if that is not sent."""
    cookies = [("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values()]
    rendered = getattr(response, "is_rendered", True)
    if response.streaming:
        body = b"".join([part async for part in response])
    else:
        body = response.content if rendered else b"not rendered"
    kind = ("", f"{type(response).__name__} {response.reason_phrase}")
    return response.status_code, [kind, *response.items(), *cookies], body
