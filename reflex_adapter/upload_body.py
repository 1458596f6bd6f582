"""Count the body of an upload as it passes, and stop it as soon as it breaks a limit.

It is parsed here only to be counted, by the library and in the way that Reflex parses it after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from python_multipart.multipart import MultipartParser, parse_options_header

from asgi_compose import Message, Receive, Scope
from asgi_compose.asgi import header_values
from reflex_adapter.limits import UploadLimits


# A RuntimeError, since Reflex passes those on to the iterator.
class UploadRefused(RuntimeError):
    """The upload broke a limit, or cannot be read; the iterator of a streamed handler raises it."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(f"{status.value} {status.phrase}: {why}")
        self.status = status


class UploadBody:
    """The body of an upload: ``receive`` raises ``UploadRefused``, and so on ever after."""

    def __init__(self, scope: Scope, receive: Receive, limits: UploadLimits) -> None:
        """Raise ``UploadRefused`` if the headers alone say that the body is not wanted."""
        self._receive = receive
        self._limits = limits
        self._size = 0
        self._refused: UploadRefused | None = None
        self.ended = False
        self._check_size(announced_size(header_values(scope, "content-length")))
        self._files = FileCounter(header_values(scope, "content-type"), limits)

    async def receive(self) -> Message:
        if self._refused is not None:
            raise self._refused
        if self.ended:
            return await self._receive()
        try:
            message = await self._next()
            self._count(message.get("body", b""))
        except UploadRefused as refused:
            self._refused = refused
            raise
        self.ended = not message.get("more_body", False)
        return message

    async def _next(self) -> Message:
        seconds = self._limits.max_wait
        try:
            async with asyncio.timeout(seconds):
                return await self._receive()
        except TimeoutError:
            why = f"nothing came for {seconds} seconds."
            raise UploadRefused(HTTPStatus.REQUEST_TIMEOUT, why) from None

    def _count(self, data: bytes) -> None:
        self._size += len(data)
        self._check_size(self._size)
        self._files.write(data)

    def _check_size(self, size: int) -> None:
        if size > self._limits.max_size:
            raise too_large("an upload", self._limits.max_size)


class FileCounter:
    """Parses multipart data as it comes, and counts its files and the bytes of each."""

    def __init__(self, content_types: list[str], limits: UploadLimits) -> None:
        self._limits = limits
        self._files = self._size = 0
        self._is_file = False
        self._field = self._value = self._disposition = b""
        with readable():
            self._parser = MultipartParser(
                boundary(content_types),
                {
                    "on_part_begin": self._part_begins,
                    "on_header_field": self._on_field,
                    "on_header_value": self._on_value,
                    "on_header_end": self._header_ends,
                    "on_headers_finished": self._headers_end,
                    "on_part_data": self._on_data,
                },
            )

    def write(self, data: bytes) -> None:
        with readable():
            self._parser.write(data)

    def _part_begins(self) -> None:
        self._size, self._disposition = 0, b""

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _headers_end(self) -> None:
        self._is_file = b"filename" in parse_options_header(self._disposition)[1]
        self._files += self._is_file
        if self._files > self._limits.max_files:
            why = f"an upload may have {self._limits.max_files} files."
            raise UploadRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why)

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._is_file and self._size > self._limits.max_file_size:
            raise too_large("a file", self._limits.max_file_size)


def announced_size(content_lengths: list[str]) -> int:
    with readable():
        return max(map(int, content_lengths), default=0)


def boundary(content_types: list[str]) -> bytes:
    """Return the boundary of a body of this one content type, or raise ``UploadRefused``."""
    kind, options = parse_options_header(content_types[0] if len(content_types) == 1 else None)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise UploadRefused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "an upload is sent as multipart/form-data."
        )
    return options[b"boundary"]


def too_large(what: str, limit: int) -> UploadRefused:
    why = f"{what} may have {limit / 1024 / 1024:g} MiB."
    return UploadRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why)


@contextmanager
def readable() -> Iterator[None]:
    """Refuse what cannot be parsed: it cannot be counted either."""
    try:
        yield
    except ValueError:  # a FormParserError is one
        raise UploadRefused(HTTPStatus.BAD_REQUEST, "it cannot be read.") from None
