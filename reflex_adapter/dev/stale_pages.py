"""Leave pages unanswered that were made of other states than this process has.

They load themselves again (``alive``), but their event socket may be faster: Reflex would send them
states that they do not know, and each such page would report that as an error. One that comes
again and again is let in, so that no page is dead whatever keeps it from being loaded.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

from asgi_compose import ASGIApp, Message, Receive, Scope, Send
from reflex_adapter.claims import claimed_token
from reflex_adapter.closable import SERVICE_RESTART
from reflex_adapter.in_band import CONNECT, Malformed, namespace_of, parsed

SCHEMA = "state_schema"  # what a page says of its states when it connects
PATIENCE = 1.0  # seconds in which such a page begins to load itself again
TIMES = 3  # that the same page is left unanswered


class StalePages:
    """Drops the first packet of such a page and, after a moment, closes its socket; it comes back.

    ``schema`` is what a page says that was made of the states of now.
    """

    def __init__(self, app: ASGIApp, schema: str, patience: float = PATIENCE) -> None:
        self._app = app
        self._patience = patience
        self._schema = schema
        self._left: Counter[tuple[str | None, str]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def heard() -> Message:
            message = await receive()
            if not self._is_to_be_left(scope, message):
                return message
            if (gone := await disconnect(receive, self._patience)) is not None:
                return gone
            code = {"code": SERVICE_RESTART, "reason": ""}
            await send({"type": "websocket.close", **code})
            gone = await disconnect(receive, self._patience)
            return gone or {"type": "websocket.disconnect", **code}

        await self._app(scope, heard if scope["type"] == "websocket" else receive, send)

    def _is_to_be_left(self, scope: Scope, message: Message) -> bool:
        schema = schema_of(message.get("text") or "")
        if schema in (None, self._schema):
            return False
        page = claimed_token(scope), str(schema)
        self._left[page] += 1
        return self._left[page] <= TIMES


async def disconnect(receive: Receive, seconds: float) -> Message | None:
    """Return the message that the client has gone, if it comes; what does before is dropped."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (message := await receive())["type"] != "websocket.disconnect":
                pass
            return message
    return None


def schema_of(text: str) -> object:
    """Return what the packet with which a page connects says of its states, if it is one."""
    if not text.startswith(CONNECT):
        return None
    try:
        said = parsed(text[len(CONNECT) + len(namespace_of(text)) :])
    except Malformed:
        return None
    return said.get(SCHEMA) if isinstance(said, dict) else None
