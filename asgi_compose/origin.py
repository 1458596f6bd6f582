"""Refuse connections that a page of a foreign site opens in its visitor's name.

Browsers send ``Origin`` and let no script change it, but they put no limit on who may open a
WebSocket: that is left to the server. Which origins are welcome is never decided here, and one
that is not plainly readable is never put to the rule that decides.
"""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from asgi_compose.asgi import ASGIApp, Receive, Scope, Send, header_values
from asgi_compose.marking import as_application
from asgi_compose.refusal import refuse

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

_ORIGIN = re.compile(r"(?a)[A-Za-z][A-Za-z0-9+.-]*://([\w.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")

Rule = Callable[[Scope, str | None], bool]


def OriginGuard(app: ASGIApp, allowed: Rule, unsafe_methods: bool = False) -> ASGIApp:
    """Let a WebSocket handshake through to ``app`` only if its ``Origin`` is allowed; else 403.

    The rule gets the scope and the one origin the client sent, or None where it sent none. An
    origin that is ``null``, doubled or not ``scheme://host[:port]`` is refused without asking.
    With ``unsafe_methods``, HTTP requests are guarded as well, unless their method is one that must
    not change anything.
    """

    def guard(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        unsafe = unsafe_methods and scope["type"] == "http" and scope["method"] not in SAFE_METHODS
        if (unsafe or scope["type"] == "websocket") and not _lets_in(scope, allowed):
            return refuse(scope, receive, send, status=403, text="Your origin is foreign here.")
        return app(scope, receive, send)

    return as_application(guard, "OriginGuard", app, allowed=allowed)


def _lets_in(scope: Scope, allowed: Rule) -> bool:
    origin, *more = [*header_values(scope, "origin"), None]
    readable = len(more) < 2 and (origin is None or is_readable(origin))
    # "is True": the coroutine of a rule that is async by mistake must let nobody in.
    return readable and allowed(scope, origin) is True


def is_readable(origin: str) -> bool:
    """Tell whether this is ``scheme://host[:port]`` and nothing more, in plain ASCII."""
    try:  # urlsplit looks into brackets and at the port, but takes the rest as it comes
        return bool(_ORIGIN.fullmatch(origin)) and urlsplit(origin).port != 0
    except ValueError:
        return False
