"""``python -m benchmarks.load JSON``: ask servers on this machine in turn, and time each.

Every answer is checked, and the first wrong one ends it with an error. Only loopback is asked, so
many times and no more.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

from benchmarks.harness import check

PATIENCE = 60.0

Connection = tuple[StreamReader, StreamWriter]


@dataclass(frozen=True)
class Load:
    """What to ask for: each port gets ``slices`` times ``requests``, over its connections."""

    ports: Sequence[int]
    path: str
    body: str
    connections: int
    requests: int  # over one connection in one slice, each after the answer to the one before
    slices: int

    def as_json(self) -> str:
        return json.dumps(asdict(self))


async def measure(load: Load) -> list[float]:
    """Return the requests per second of each port."""
    connections = [await _connect(port, load.connections) for port in load.ports]
    took = [0.0] * len(load.ports)
    # There and back, so that what grows or fades over time meets all alike.
    there = list(range(len(load.ports)))
    try:
        for number in range(load.slices):
            for at in there if number % 2 else reversed(there):
                took[at] += await _one_slice(load, connections[at])
    finally:
        for _reader, writer in (pair for those in connections for pair in those):
            writer.close()
            await writer.wait_closed()
    return [load.slices * load.requests * load.connections / seconds for seconds in took]


async def _connect(port: int, connections: int) -> list[Connection]:
    return [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]


async def _one_slice(load: Load, connections: Sequence[Connection]) -> float:
    request = f"GET {load.path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()
    start = perf_counter()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as asking:
        for connection in connections:
            asking.create_task(_ask(connection, request, load.body.encode(), load.requests))
    return perf_counter() - start


async def _ask(connection: Connection, request: bytes, body: bytes, requests: int) -> None:
    reader, writer = connection
    for _ in range(requests):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        check("the server", head.split(b"\r\n", 1)[0].rstrip(), b"HTTP/1.1 200")
        check("the server", await reader.readexactly(len(body)), body)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(Load(**json.loads(sys.argv[1]))))))
