"""``python -m benchmarks.hostile_clients PORT STATE``: attack a server on this machine until told.

One client floods it with events and comes back when it is closed, one asks for large updates and
never reads, one sends a body a byte a second. They stop at the end of standard input; then what
they sent is printed as JSON. Only loopback is attacked.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import asdict, dataclass

import websockets

from benchmarks.event_client import EVENT, Tab

FLOOD = 20_000  # events
AT_ONCE = 500
PACE = 1 / 40  # seconds: as fast as who never reads may ask without being closed for that
PATIENCE = 20  # seconds until the first flood is closed
LENGTH = 100_000  # bytes of the body that never ends


@dataclass
class Sent:
    """What was sent, by kind."""

    flooded: int = 0
    closed: int = 0  # sockets that the server closed for it
    unread: int = 0
    bytes_of_body: int = 0


async def flood(port: int, state: str, sent: Sent) -> None:
    """Flood as long as there is something left; read, or it would not be seen to be closed."""
    while sent.flooded < FLOOD:
        tab = await Tab.open(port, state, "")
        reading = asyncio.create_task(read_all(tab))
        with suppress(websockets.ConnectionClosed):
            await send_at_once(tab, sent)
        await reading
        sent.closed += 1
    await asyncio.Event().wait()


async def send_at_once(tab: Tab, sent: Sent) -> None:
    while sent.flooded < FLOOD:
        for _ in range(AT_ONCE):
            await tab.socket.send(tab.packet)
            sent.flooded += 1
        await asyncio.sleep(0)


async def read_all(tab: Tab) -> None:
    with suppress(websockets.ConnectionClosed):
        async for _ in tab.socket:
            pass


async def never_read(port: int, state: str, sent: Sent) -> None:
    tab = await Tab.open(port, state, "", max_queue=1)
    event = {"name": f"{state}.tell", "payload": {}, "router_data": {}}
    packet = EVENT + json.dumps(["event", event])
    with suppress(websockets.ConnectionClosed):  # one that is closed for it has failed
        while True:
            await tab.socket.send(packet)
            sent.unread += 1
            await asyncio.sleep(PACE)
    await asyncio.Event().wait()


async def send_slowly(port: int, sent: Sent) -> None:
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: {LENGTH}\r\n\r\n"
    writer.write(head.encode())
    for _ in range(LENGTH):
        writer.write(b"x")
        await writer.drain()
        sent.bytes_of_body += 1
        await asyncio.sleep(1)


async def attack(port: int, state: str) -> Sent:
    sent = Sent()
    attackers: list[Awaitable[None]] = [
        flood(port, state, sent),
        never_read(port, state, sent),
        send_slowly(port, sent),
    ]
    tasks = [asyncio.ensure_future(attacker) for attacker in attackers]
    told = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
    with suppress(TimeoutError):  # that nothing was closed is for others to judge
        async with asyncio.timeout(PATIENCE):
            while not sent.closed:  # noqa: ASYNC110 - it is a number
                await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    for failed in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(failed, asyncio.CancelledError):
            raise RuntimeError("An attacker gave up.") from failed
    return sent


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(attack(int(sys.argv[1]), sys.argv[2])))))
