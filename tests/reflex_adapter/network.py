"""A network that can be cut: what is sent from then on arrives nowhere, and nobody is told."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit


class Network:
    """Between clients and the site at ``address``."""

    def __init__(self, address: str) -> None:
        self._site = urlsplit(address)
        self._pipes: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self._passes = {"up": True, "down": True}

    async def __aenter__(self) -> Network:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*self._pipes)

    def cut(self, *directions: str) -> None:
        """Lose what clients send ("up"), what the site sends ("down"), or both."""
        for direction in directions or ("up", "down"):
            self._passes[direction] = False

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site = await asyncio.open_connection(self._site.hostname, self._site.port)
        self._writers += [writer, site[1]]
        for pipe in (self._pass("up", reader, site[1]), self._pass("down", site[0], writer)):
            self._pipes.add(asyncio.create_task(pipe))

    async def _pass(
        self, direction: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if self._passes[direction]:
                    writer.write(data)
