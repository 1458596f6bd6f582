"""The way of an upload: from the guards in front of it, by Reflex, to the end of its answer.

Reflex reads the files and picks the handler; the event it makes of them finds the upload that is
under way here (`upload_events.py`), and runs in the middleware chain like any other.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

import reflex as rx
from reflex.event import Event, EventSpec

from asgi_compose import ASGIApp, Message, Receive, Scope, Send
from asgi_compose.asgi import header_values
from reflex_adapter._reflex import UploadTypeError
from reflex_adapter.claims import with_bound_header
from reflex_adapter.conf import configuration
from reflex_adapter.connection import Connection
from reflex_adapter.handshake import inner_headers
from reflex_adapter.upload import Upload, underway
from reflex_adapter.upload_body import UploadBody, UploadRefused
from reflex_adapter.violations import ViolationLog

HANDLER_HEADER = "reflex-event-handler"
# What Reflex raises before there is an event, of what the client has sent: a handler that takes no
# files, files that are none, arguments that cannot be read.
OF_CLIENTS = (UploadTypeError, ValueError, RecursionError)

# Seconds that a refused client may go on sending, and be silent meanwhile: those of nginx.
LINGER = 30
LINGER_IDLE = 5


class UploadBorder:
    """Hands uploads to Reflex, as far as they keep the limits; behind the origin guard.

    Takes no part in the lifespan: Reflex is started by what serves the rest of it.
    """

    def __init__(
        self, reflex: ASGIApp, admits_token: Callable[[Connection], bool], violations: ViolationLog
    ) -> None:
        """``admits_token`` tells whether Reflex may see the token that a request brings."""
        configuration()  # a wrong setting is told at start
        self.reflex = reflex
        self._admits_token = admits_token
        self._violations = violations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        upload = Upload(scope, send)
        try:
            self._check_token(upload)
            body = UploadBody(scope, receive, configuration().upload)
        except UploadRefused as refused:
            await refuse(upload, refused, self._violations)
            await discard(receive)
        else:
            await self._serve(scope, body, upload)
            if not body.ended:
                await discard(receive)
        await upload.response.end()

    def _check_token(self, upload: Upload) -> None:
        if not self._admits_token(upload):
            why = "too many uploads of tabs that are not open."
            raise UploadRefused(HTTPStatus.TOO_MANY_REQUESTS, why)

    async def _serve(self, scope: Scope, body: UploadBody, upload: Upload) -> None:
        async def receive() -> Message:
            try:
                return await body.receive()
            except UploadRefused as refused:
                await refuse(upload, refused, self._violations)
                raise

        try:
            with underway(upload):
                await self.reflex(for_reflex(scope, upload.visitor), receive, upload.response.send)
        except UploadRefused:
            pass
        except Exception as error:
            if upload.failed_with(error):
                await upload.response.replace(HTTPStatus.INTERNAL_SERVER_ERROR)
            elif upload.event is None and isinstance(error, OF_CLIENTS):
                await refuse(upload, no_such_upload(), self._violations)
            else:
                raise


def for_reflex(scope: Scope, visitor: str | None) -> Scope:
    """Return the scope that Reflex is to see: no credentials, and the tab that of the visitor."""
    return with_bound_header({**scope, "headers": inner_headers(scope)}, visitor)


def no_such_upload() -> UploadRefused:
    return UploadRefused(HTTPStatus.BAD_REQUEST, "its handler takes no such upload.")


async def refuse(upload: Upload, refused: UploadRefused, log: ViolationLog) -> None:
    """Answer with the refusal, which the page shows, and note it in ``log``."""
    handler = next(iter(header_values(upload.handshake, HANDLER_HEADER)), "")
    why, most = str(refused).removesuffix("."), configuration().socket.max_log_lines
    log.write(upload.handshake, why, handler, most=most)
    await upload.response.replace(refused.status, line_for_page(rx.toast.error(str(refused))))


def line_for_page(told: EventSpec) -> bytes:
    """Return what makes the page do ``told``: it reads the answer as what comes by its socket."""
    events = [{"name": e.name, "payload": e.payload} for e in Event.from_event_type(told)]
    return f"{json.dumps({'events': events})}\n".encode()


async def discard(receive: Receive) -> None:
    """Read on for a while: many clients look at the answer only when they have sent all."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER):
            while await more_body(receive):
                pass


async def more_body(receive: Receive) -> bool:
    async with asyncio.timeout(LINGER_IDLE):
        return bool((await receive()).get("more_body", False))
