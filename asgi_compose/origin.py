"""Refuse connections that a page of a foreign site opens in its visitor's name.

Browsers send ``Origin`` and let no script change it, but they put no limit on who may open a
WebSocket: that is left to the server. Which origins are welcome is never decided here, and one
that is not plainly readable is never put to the rule that decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import AddressValueError, IPv6Address

from asgi_compose.refusal import refuse
from asgi_compose.types import ASGIApp, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

_ORIGIN = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://"
    r"(?:[A-Za-z0-9._-]+|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
)


class OriginGuard:
    """Let a WebSocket handshake through to ``app`` only if its ``Origin`` is allowed; else 403.

    The rule gets the scope and the one origin the client sent, or None where it sent none. An
    origin that is ``null``, doubled or not ``scheme://host[:port]`` is refused without asking.
    """

    def __init__(
        self,
        app: ASGIApp,
        allowed: Callable[[Scope, str | None], bool],
        # Guard HTTP requests as well, unless their method is one that must not change anything.
        unsafe_methods: bool = False,
    ) -> None:
        self.app = app
        self.allowed = allowed
        self.unsafe_methods = unsafe_methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._guards(scope) and not self._lets_in(scope):
            text = "Connections from this origin are not accepted here."
            await refuse(scope, receive, send, status=403, text=text)
        else:
            await self.app(scope, receive, send)

    def _guards(self, scope: Scope) -> bool:
        if scope["type"] == "http":
            return self.unsafe_methods and scope["method"] not in SAFE_METHODS
        return bool(scope["type"] == "websocket")

    def _lets_in(self, scope: Scope) -> bool:
        origins = [value for name, value in scope["headers"] if name.lower() == b"origin"]
        if len(origins) > 1:
            return False
        origin = origins[0].decode("latin-1") if origins else None
        if origin is not None and not is_readable(origin):
            return False
        # "is True": the coroutine of a rule that is async by mistake must let nobody in.
        return self.allowed(scope, origin) is True


def is_readable(origin: str) -> bool:
    """Tell whether this is ``scheme://host[:port]`` and nothing more, in plain ASCII."""
    match = _ORIGIN.fullmatch(origin)
    if match is None or not 0 < int(match["port"] or 1) < 65536:
        return False
    try:
        IPv6Address(match["ipv6"] or "::")
    except AddressValueError:
        return False
    return True
