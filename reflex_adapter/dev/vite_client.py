"""Ask Vite for what is its own, as the browser asked us for it; for the one local port only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from time import monotonic
from urllib.parse import quote

import httpx

from asgi_compose import Scope
from reflex_adapter.cross_origin import is_cross_origin
from reflex_adapter.dev.vite import HOST

STARTING = 60.0  # seconds in which Vite starts, or starts again
PAUSE = 0.05
Headers = list[tuple[bytes, bytes]]

# What an answer or a request says about its one connection (RFC 9110, section 7.6.1), and what
# Vite has no use for: no cookie of the site is its business. Nor is it who may read an answer: Vite
# would let in all origins of this machine, which Django would not.
NOT_PASSED = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer "
    b"transfer-encoding upgrade host cookie authorization date server".split()
)


def passed(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    pairs = [(name.lower(), value) for name, value in headers]
    return [pair for pair in pairs if pair[0] not in NOT_PASSED and not is_cross_origin(pair[0])]


class ViteClient:
    def __init__(self, port: int) -> None:
        self.port = port
        self._client = httpx.AsyncClient(trust_env=False, timeout=None)

    async def ask(self, method: str, target: bytes, headers: Headers) -> httpx.Response:
        """Return the answer, its body unread: the caller closes it. Waits until Vite has started.

        ``target`` is the path as it was sent, with the query.
        """
        url = httpx.URL(scheme="http", host=HOST, port=self.port, raw_path=target)
        deadline = monotonic() + STARTING
        while True:
            request = self._client.build_request(method, url, headers=passed(headers))
            try:
                return await self._client.send(request, stream=True)
            except httpx.TransportError:
                if monotonic() > deadline:
                    raise
                await asyncio.sleep(PAUSE)


def target_of(scope: Scope) -> bytes:
    """Return the path of a scope, as it was sent, with its query."""
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    query: bytes = scope["query_string"]
    return b"%b?%b" % (path, query) if query else path
