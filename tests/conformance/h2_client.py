"""Make one HTTP/2 request and tell all that comes back: hints, pushes and trailers too.

HTTP clients for use hide these; this one hides nothing and can do nothing else. Over TLS it speaks
HTTP/2 only if the server chooses it, without TLS as if that was known before.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import httpx
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    Event,
    InformationalResponseReceived,
    PushedStreamReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)

from tests.conformance import tls

TOLD: dict[type[Event], Callable[[Any], Any]] = {
    InformationalResponseReceived: lambda event: event.headers,
    PushedStreamReceived: lambda event: event.pushed_stream_id,
    ResponseReceived: lambda event: without_date(event.headers),
    DataReceived: lambda event: event.data,
    TrailersReceived: lambda event: event.headers,
    StreamEnded: lambda event: None,
    StreamReset: lambda event: event.error_code,
}


def without_date(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name != b"date"]


async def get(url: str) -> dict[int, list[tuple[str, Any]]]:
    """Return the events of each stream: the request's, which is 1, and those pushed beside it."""
    told: dict[int, list[tuple[str, Any]]] = {1: []}
    ended: set[int] = set()
    async with exchange(url) as (_, events):
        async for event in events:
            if isinstance(event, PushedStreamReceived):
                told[event.pushed_stream_id] = []
                told[event.parent_stream_id].append(tell(event))
            elif type(event) in TOLD:
                told[event.stream_id].append(tell(event))
            if isinstance(event, StreamEnded | StreamReset):
                ended.add(event.stream_id)
                if ended == set(told):
                    break
    return told


async def leave(url: str) -> None:
    """Reset the stream as soon as something of the body is there."""
    async with exchange(url) as (connection, events):
        async for event in events:
            if isinstance(event, DataReceived):
                connection.reset_stream(1)
                break


async def connect(url: httpx.URL) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    context = tls.trusting("h2") if url.scheme == "https" else None
    reader, writer = await asyncio.open_connection(url.host, url.port, ssl=context)
    if context is not None:
        assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "h2"
    return reader, writer


def head(url: httpx.URL) -> list[tuple[bytes, bytes]]:
    target = [(b":scheme", url.raw_scheme), (b":authority", url.netloc), (b":path", url.raw_path)]
    return [(b":method", b"GET"), *target]


@asynccontextmanager
async def exchange(url: str) -> AsyncIterator[tuple[H2Connection, AsyncIterator[Event]]]:
    target = httpx.URL(url)
    reader, writer = await connect(target)
    connection = H2Connection()
    connection.initiate_connection()
    connection.send_headers(1, [*head(target), (b"te", b"trailers")], end_stream=True)

    async def events() -> AsyncIterator[Event]:
        while True:
            writer.write(connection.data_to_send())
            for event in connection.receive_data(await reader.read(65536)):
                yield event

    try:
        async with asyncio.timeout(10), aclosing(events()) as coming:
            yield connection, coming
            writer.write(connection.data_to_send())
            await writer.drain()
    finally:
        writer.close()
        with suppress(ssl.SSLError):  # by which TLS says that the server was still sending
            await writer.wait_closed()


def tell(event: Any) -> tuple[str, Any]:
    return type(event).__name__, TOLD[type(event)](event)
