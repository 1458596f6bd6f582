"""Upload as a page of the site does, by HTTP alone, and read the answer."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx

from tests.reflex_adapter.client import APP_STATE, VAR, connected

UPLOAD = f"{APP_STATE}.tests___probe___uploads____upload_state"
FILES = {"files": ("a.txt", b"abc")}


async def uploaded(site: str, handler: str, **options: Any) -> httpx.Response:
    """Upload to a handler of the probe, as a page of the site does."""
    cookies = "; ".join(filter(None, [options.pop("cookie", None), options.pop("visitor", None)]))
    headers = {
        "Origin": site,
        "Reflex-Client-Token": options.pop("token", None) or str(uuid.uuid4()),
        "Reflex-Event-Handler": f"{UPLOAD}.{handler}",
        **({"Cookie": cookies} if cookies else {}),
        **options.pop("headers", {}),
    }
    async with httpx.AsyncClient(timeout=20) as browser:
        content = options or {"files": FILES}
        return await browser.post(f"{site}/_upload", headers=headers, **content)


async def uploaded_by_tab(site: str, handler: str, **options: Any) -> httpx.Response:
    """Upload as a page does that is open meanwhile, and so has nothing to be brought up to date."""
    token = str(uuid.uuid4())
    async with connected(site, token=token, cookie=options.get("cookie")) as tab:
        return await uploaded(site, handler, token=token, visitor=tab.visitor, **options)


def updates(answer: httpx.Response) -> list[Any]:
    return [json.loads(line) for line in answer.text.splitlines()]


def seen(answer: httpx.Response) -> list[str]:
    """What the answer shows of ``seen``, one value after the other."""
    deltas = [update.get("delta", {}).get(UPLOAD, {}) for update in updates(answer)]
    return [delta[f"seen{VAR}"] for delta in deltas if delta.get(f"seen{VAR}")]


MULTIPART = {"Content-Type": "multipart/form-data; boundary=limit"}


def multipart(*files: bytes, end: bytes = b"--limit--\r\n") -> bytes:
    head = b'--limit\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    return b"".join(head + file + b"\r\n" for file in files) + end


class SlowUpload:
    """An upload that is sent bit by bit over a socket of its own, and may be left unfinished."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        """Send a chunk of the body; ``b""`` is its end."""
        self.writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await self.writer.drain()

    async def answer(self, seconds: float = 10) -> str:
        """Return all that the server says until it closes the connection or says no more."""
        async with asyncio.timeout(seconds):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            return (head + await self.reader.readexactly(length)).decode()


@asynccontextmanager
async def slow_upload(site: str, handler: str, *more: str) -> AsyncIterator[SlowUpload]:
    """Begin an upload with ``more`` header lines, by default in chunks of no stated length."""
    host, port = site.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [
        "POST /_upload HTTP/1.1",
        f"Host: {host}:{port}",
        f"Origin: {site}",
        f"Reflex-Client-Token: {uuid.uuid4()}",
        f"Reflex-Event-Handler: {UPLOAD}.{handler}",
        f"Content-Type: {MULTIPART['Content-Type']}",
        *(more or ["Transfer-Encoding: chunked"]),
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await writer.drain()
    try:
        yield SlowUpload(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
