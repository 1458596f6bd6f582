"""The ways to put a request to a handler, and to note all that it does with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from contextvars import ContextVar, copy_context
from functools import partial
from io import BytesIO
from typing import Any, TypeVar

from asgiref.sync import ThreadSensitiveContext, async_to_sync, sync_to_async
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.base import BaseHandler

from tests.django_adapter.differential.asked import Asked, Done
from tests.django_adapter.differential.normal import normal_error, normal_response
from tests.django_adapter.differential.noting import noted

Handler = TypeVar("Handler", bound=BaseHandler)

# What is raised is compared too; a view may say of itself that it was cancelled.
RAISED = (Exception, asyncio.CancelledError)
PATIENCE = 20  # seconds; whoever needs them waits for what never comes


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


read_body: ContextVar[Any] = ContextVar("read_body")


class DjangoHandler(ASGIHandler):
    """Django's own, which before 6.0 leaves the body open when it raises."""

    async def read_body(self, receive: Any) -> Any:
        body = await super().read_body(receive)
        read_body.set(body)
        return body

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            read_body.get().close()


def one_of(kind: type[Handler]) -> Handler:
    """Make one with a class of its own, by which its signals can be told from those of others."""
    made: type[Handler] = type(kind.__name__, (kind,), {})
    return made()


async def over_asgi(asked: Asked, kind: type[ASGIHandler]) -> Done:
    """Send it to the handler as a server does."""
    (done,) = await all_over_asgi([asked], kind)
    return done


async def all_over_asgi(several: Sequence[Asked], kind: type[ASGIHandler]) -> list[Done]:
    """Send requests for the same stack to one handler, all at once."""
    scopes = [asked.scope() for asked in several]
    with ExitStack() as stack:
        stack.enter_context(several[0].settled())
        senders = [stack.enter_context(noted(scope)) for scope in scopes]
        try:
            handler = one_of(kind)
        except RAISED as error:
            return [Done(scope["trace"], (False,), normal_error(error)) for scope in scopes]
        for sender in senders:
            sender.append(handler)
        return await asyncio.gather(*map(partial(served, handler), several, scopes))


async def served(handler: ASGIHandler, asked: Asked, scope: dict[str, Any]) -> Done:
    connection = Connection(asked.body(), asked.whole)
    try:
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
