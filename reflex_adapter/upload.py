"""One upload as a connection: its handler's Django request is made of this HTTP request alone.

Whose the tab's socket is, and what the state says of the page, do not count. An upload names no
page but by ``Referer``, which is a claim of the client like the page of any other event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.http.response import HttpResponseBase

from asgi_compose import Scope, Send
from reflex_adapter.connection import Connection
from reflex_adapter.upload_response import HeldResponse

NO_PAGE = "/"  # where the browser does not say which page it uploads from


class Upload(Connection):
    """An upload whose ``Origin`` and host were checked."""

    def __init__(self, scope: Scope, send: Send) -> None:
        super().__init__(scope, send)
        self.response = HeldResponse(send)
        self.event: asyncio.Future[Any] | None = None  # the handler's, once Reflex asks for it
        self.judged = asyncio.Event()  # set when Django has answered that event
        self.tab: Connection | None = None  # the socket of the page that uploads

    @property
    def page(self) -> str:
        """Path and query of the page, as the browser claims them."""
        request = self.requests.request(path=NO_PAGE)
        try:
            url = urlsplit(request.META.get("HTTP_REFERER", ""))
        except ValueError:
            return NO_PAGE
        if url.netloc != request.get_host():
            return NO_PAGE
        return url._replace(scheme="", netloc="", fragment="").geturl() or NO_PAGE

    def respond(
        self, response: HttpResponseBase, own: Collection[str] = (), *, ran: bool = True
    ) -> list[str]:
        """Make cookies and an error status part of the answer; return cookies that come too late.

        The tab's socket has the cookies too, if it is of the same session.
        """
        if self.tab is not None and self.tab.session_cookie == self.session_cookie:
            self.tab.take(response.cookies)
            self.tab.session_changed()
        lines = self.take(response.cookies, own)
        if response.status_code >= 400:
            self._judge(response.status_code)
        elif not ran:
            self._judge(refusal_status(response))
        self.judged.set()
        if self.response.begun:
            return lines
        self.response.add_cookies(lines)
        return []

    def fail(self) -> None:
        """Make the failure of its event the status of the answer, if Django has not given one."""
        self._judge(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _judge(self, status: int) -> None:
        if not self.judged.is_set():
            self.response.set_status(status)

    def failed_with(self, error: Exception) -> bool:
        """Tell whether ``error`` is the handler's own, which its event has reported already."""
        event = self.event
        if event is None or not event.done() or event.cancelled():
            return False
        return event.exception() is error

    async def close(self, code: int) -> None:
        pass  # the answer ends by itself


def refusal_status(response: HttpResponseBase) -> int:
    """Return the status of an upload whose handler did not run, though this is no error.

    It is not that of a redirect: the browser's script would follow it, and take the page there for
    the answer. The tab itself is led there by its socket.
    """
    if response.has_header("Location"):
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.INTERNAL_SERVER_ERROR


_current: ContextVar[Upload | None] = ContextVar("reflex_adapter.upload", default=None)


@contextmanager
def underway(upload: Upload) -> Iterator[None]:
    """Let ``upload`` have the event that is asked for in this block."""
    token = _current.set(upload)
    try:
        yield
    finally:
        _current.reset(token)


def upload_without_event() -> Upload | None:
    """Return the upload in whose request this runs, if it has no event yet.

    It has one in all: a task that was begun in it, and lives on, is not the upload.
    """
    upload = _current.get()
    return upload if upload is not None and upload.event is None else None
