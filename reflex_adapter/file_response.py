"""Answer with a file of the build: in the coding that the client takes, as a part, or not again.

What is in memory is sent from there; what is too large for that is read from disk in threads,
block by block, so that the event loop never waits for a disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from reflex_adapter.codings import IDENTITY, best_coding
from reflex_adapter.ranges import Unsatisfiable, is_of, requested_range
from reflex_adapter.served_file import ServedFile, Variant

BLOCK = 256 * 1024  # bytes


async def file_response(request: HttpRequest, file: ServedFile) -> HttpResponseBase:
    """Answer a GET or HEAD with the file, or with 206, 304, 412 or 416 as its headers ask for."""
    asked = request.headers.get("Range") if request.method == "GET" else None
    accept = request.headers.get("Accept-Encoding", "")
    coding = IDENTITY if asked else best_coding(accept, tuple(file.variants))
    variant = file.variants[coding]
    head = headers_of(file, variant, coding)
    response = HttpResponse(content_type=file.content_type, headers=head)
    decided = get_conditional_response(request, variant.etag, file.modified, response)
    if decided is not None and decided is not response:
        return decided
    if asked and is_of(request.headers.get("If-Range"), variant.etag, head["Last-Modified"]):
        return await partial(request, file, asked, head)
    return await answer(request, file, variant, range(variant.size), head)


def headers_of(file: ServedFile, variant: Variant, coding: str) -> dict[str, str]:
    head = {
        "Accept-Ranges": "bytes",
        "Cache-Control": file.cache_control,
        "ETag": variant.etag,
        "Last-Modified": http_date(file.modified),
    }
    if coding != IDENTITY:
        head["Content-Encoding"] = coding
    if len(file.variants) > 1:
        head["Vary"] = "Accept-Encoding"
    return head


async def partial(
    request: HttpRequest, file: ServedFile, asked: str, head: dict[str, str]
) -> HttpResponseBase:
    size = file.plain.size
    try:
        part = requested_range(asked, size)
    except Unsatisfiable:
        unsatisfiable = {"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"}
        return HttpResponse(status=416, headers=unsatisfiable)
    if part is None:
        return await answer(request, file, file.plain, range(size), head)
    # Without a coding, GZipMiddleware would compress the part as if it were the whole.
    part_of = {"Content-Range": f"bytes {part[0]}-{part[-1]}/{size}", "Content-Encoding": IDENTITY}
    response = await answer(request, file, file.plain, part, {**head, **part_of})
    response.status_code = 206
    return response


async def answer(
    request: HttpRequest, file: ServedFile, variant: Variant, part: range, head: dict[str, str]
) -> HttpResponseBase:
    head = {**head, "Content-Length": str(len(part))}
    if variant.content is not None:
        content = variant.content[part.start : part.stop]
        return HttpResponse(content, content_type=file.content_type, headers=head)
    if request.method == "HEAD":
        return HttpResponse(content_type=file.content_type, headers=head)
    response = await streamed(request, variant.path, part)
    for name, value in {"Content-Type": file.content_type, **head}.items():
        response[name] = value
    return response


def page_response(page: ServedFile, status: int, content: bytes) -> HttpResponse:
    """Answer with what the page is for this request only, or with it as what was not found."""
    head = {"Cache-Control": page.cache_control, "Content-Length": str(len(content))}
    return HttpResponse(content, status=status, content_type=page.content_type, headers=head)


async def streamed(request: HttpRequest, path: Path, part: range) -> StreamedFile:
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except FileNotFoundError:  # a new build has taken the place of this one
        raise Http404(f"The Reflex app has no file {path.name!r} any more.") from None
    file.seek(part.start)
    blocks = async_blocks if isinstance(request, ASGIRequest) else sync_blocks
    return StreamedFile(file, blocks(file, len(part)))


class StreamedFile(StreamingHttpResponse):
    """Closes its file in any case; Django's handler closes no response that it could not send."""

    def __init__(self, file: BinaryIO, blocks: AsyncIterator[bytes] | Iterator[bytes]) -> None:
        super().__init__(blocks)
        self._file = file

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for block in super().__aiter__():
                yield block
        finally:
            self._file.close()

    def close(self) -> None:
        self._file.close()
        super().close()


def sync_blocks(file: BinaryIO, left: int) -> Iterator[bytes]:
    while block := file.read(min(BLOCK, left)):
        left -= len(block)
        yield block


async def async_blocks(file: BinaryIO, left: int) -> AsyncIterator[bytes]:
    while block := await asyncio.to_thread(file.read, min(BLOCK, left)):
        left -= len(block)
        yield block
