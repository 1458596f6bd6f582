"""Refuse connections that a page of a foreign site opens in its visitor's name.

Browsers send ``Origin`` and let no script change it, but they put no limit on who may open a
WebSocket: that is left to the server. Which origins are welcome is never decided here, and one
that is not plainly readable is never put to the rule that decides.
"""

import re
from collections.abc import Awaitable, Callable
from ipaddress import AddressValueError, IPv6Address

from asgi_compose.marking import as_application, name_of
from asgi_compose.refusal import refuse
from asgi_compose.types import ASGIApp, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

_ORIGIN = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://"
    r"(?:[A-Za-z0-9._-]+|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
)


Rule = Callable[[Scope, str | None], bool]


def OriginGuard(
    app: ASGIApp,
    allowed: Rule,
    # Guard HTTP requests as well, unless their method is one that must not change anything.
    unsafe_methods: bool = False,
) -> ASGIApp:
    """Let a WebSocket handshake through to ``app`` only if its ``Origin`` is allowed; else 403.

    The rule gets the scope and the one origin the client sent, or None where it sent none. An
    origin that is ``null``, doubled or not ``scheme://host[:port]`` is refused without asking.
    """

    def guard(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        guarded = scope["type"] == "websocket" or (
            unsafe_methods and scope["type"] == "http" and scope["method"] not in SAFE_METHODS
        )
        if guarded and not _lets_in(scope, allowed):
            return refuse(scope, receive, send, status=403, text="Your origin is foreign here.")
        return app(scope, receive, send)

    return as_application(guard, f"OriginGuard({name_of(app)}, allowed={name_of(allowed)})")


def _lets_in(scope: Scope, allowed: Rule) -> bool:
    origins = [value for name, value in scope["headers"] if name.lower() == b"origin"]
    if len(origins) > 1:
        return False
    origin = origins[0].decode("latin-1") if origins else None
    if origin is not None and not is_readable(origin):
        return False
    # "is True": the coroutine of a rule that is async by mistake must let nobody in.
    return allowed(scope, origin) is True


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
