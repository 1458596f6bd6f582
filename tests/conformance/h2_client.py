"""Make one HTTP/2 request and tell all that comes back: hints, pushes and trailers too.

HTTP clients for use hide these; this one hides nothing and can do nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

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


async def get(port: int, path: str) -> dict[int, list[tuple[str, Any]]]:
    """Return the events of each stream: the request's, which is 1, and those pushed beside it."""
    told: dict[int, list[tuple[str, Any]]] = {1: []}
    ended: set[int] = set()
    async with exchange(port, path) as (_, events):
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


async def leave(port: int, path: str) -> None:
    """Reset the stream as soon as something of the body is there."""
    async with exchange(port, path) as (connection, events):
        async for event in events:
            if isinstance(event, DataReceived):
                connection.reset_stream(1)
                break


@asynccontextmanager
async def exchange(
    port: int, path: str
) -> AsyncIterator[tuple[H2Connection, AsyncIterator[Event]]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    connection = H2Connection()
    connection.initiate_connection()
    head = {":method": "GET", ":scheme": "http", ":authority": "localhost", ":path": path}
    connection.send_headers(1, [*head.items(), ("te", "trailers")], end_stream=True)

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
        await writer.wait_closed()


def tell(event: Any) -> tuple[str, Any]:
    return type(event).__name__, TOLD[type(event)](event)
