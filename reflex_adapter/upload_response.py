"""The HTTP response to an upload, its start held back until there is something behind it.

Until then Django's cookies and its refusal can still be part of it. Its end is held back as well:
a client that is still sending would take a closed connection for an answer. And so is a 500, of
which Reflex lets the reason come as an exception after it: that may be answered in another way.
"""

from __future__ import annotations

from asgi_compose import Message, Send

NDJSON = b"application/x-ndjson"  # what the page reads, line by line, whatever the status


class HeldResponse:
    """Give Reflex its ``send``; call ``end`` when Reflex has ended and nobody sends any more."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._cookies: list[str] = []
        self._status: int | None = None
        self._replaced = False
        self.begun = False

    def add_cookies(self, lines: list[str]) -> None:
        self._cookies += lines

    def set_status(self, status: int) -> None:
        """Answer with ``status``, whatever Reflex says."""
        self._status = status

    async def send(self, message: Message) -> None:
        """Pass a message of Reflex's on, unless it was forestalled by ``replace``."""
        if self._replaced:
            return
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._has_crashed:
            return
        await self._begin()
        if message.get("body"):
            await self._send({**message, "more_body": True})

    async def replace(self, status: int, line: bytes = b"") -> None:
        """Answer with ``status`` and a line for the page instead; nothing if it is too late."""
        if self.begun or self._replaced:
            return
        self._replaced = True
        length = str(len(line)).encode()
        headers = [(b"content-type", NDJSON), (b"content-length", length)]
        self._start = {"type": "http.response.start", "status": status, "headers": headers}
        await self._begin()
        await self._send({"type": "http.response.body", "body": line, "more_body": True})

    async def end(self) -> None:
        if self._start is not None and self._has_crashed:
            await self.replace(self._start["status"])
        if self.begun:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    @property
    def _has_crashed(self) -> bool:
        return self._start is not None and self._start["status"] >= 500

    async def _begin(self) -> None:
        if self._start is None:
            return
        start, self._start = self._start, None
        self.begun = True
        cookies = [(b"set-cookie", line.encode("latin-1")) for line in self._cookies]
        headers = [*start.get("headers", []), *cookies]
        await self._send({**start, "status": self._status or start["status"], "headers": headers})
