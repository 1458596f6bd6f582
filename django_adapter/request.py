"""A Django request for something that did not arrive as an HTTP request.

Django's own ``ASGIRequest`` does all the parsing, so that headers, cookies, host and scheme
mean here what they mean in a view. Nothing in this module trusts the client's word for more
than a path and a query string.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest

from asgi_compose import Scope

SCHEMES = {"ws": "http", "wss": "https"}

# Headers of a connection or of a body, neither of which the synthetic request has
# (RFC 9110, sections 7.6.1 and 8.6; RFC 6455, section 4.1).
CONNECTION_HEADERS = frozenset(
    {
        b"connection",
        b"content-length",
        b"content-type",
        b"expect",
        b"keep-alive",
        b"te",
        b"transfer-encoding",
        b"upgrade",
    }
)


def synthetic_request(
    scope: Scope,
    *,
    path: str,
    query_string: bytes = b"",
    method: str = "POST",
    csrf_proven: bool = False,
) -> ASGIRequest:
    """Return a request with an empty body, as if ``path`` had been asked for on this connection.

    ``scope`` is that of an HTTP request or of a WebSocket handshake and stays unchanged;
    ``path`` is decoded and absolute, as in an ASGI scope. ``csrf_proven`` says that the caller
    has checked the connection's ``Origin``, so that ``CsrfViewMiddleware`` asks for no token.
    Raises ``ValueError`` for a path that no request can have.
    """
    if not path.startswith("/") or "\0" in path:
        raise ValueError(f"A request needs an absolute path without NUL, not {path!r}.")
    path.encode()  # raises a ValueError too, for a lone surrogate: JSON can carry it, a URL cannot
    request = ASGIRequest(http_scope(scope, path, query_string, method), BytesIO())
    if csrf_proven:
        # Django's own way to say so, of its test client and of Django REST framework.
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    return request


def http_scope(scope: Scope, path: str, query_string: bytes, method: str) -> dict[str, Any]:
    """Return the HTTP scope a request for ``path`` would have on the connection of ``scope``."""
    scheme = scope.get("scheme", "http")
    headers = [(name, value) for name, value in scope["headers"] if belongs_to_request(name)]
    return {
        **scope,
        "type": "http",
        "method": method,
        "scheme": SCHEMES.get(scheme, scheme),
        "path": path,
        "raw_path": None,
        "query_string": query_string,
        "headers": headers,
    }


def belongs_to_request(header: bytes) -> bool:
    name = header.lower()
    return name not in CONNECTION_HEADERS and not name.startswith(b"sec-websocket-")
