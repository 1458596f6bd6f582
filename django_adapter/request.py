"""A Django request for something that did not arrive as an HTTP request.

Django's own ``ASGIRequest`` does all the parsing, once for each connection, so that headers,
cookies, host and scheme mean here what they mean in a view. Nothing in this module trusts the
client's word for more than a path and a query string.
"""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from sys import intern
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.urls import Resolver404, ResolverMatch, get_resolver

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


class SyntheticRequests:
    """Makes requests on one connection, whose headers and cookies are parsed once."""

    def __init__(self, scope: Scope) -> None:
        """``scope`` is that of an HTTP request or of a WebSocket handshake and stays unchanged."""
        self._scope = http_scope(scope)
        self._parsed = ASGIRequest(self._scope, BytesIO())
        self._parsed.COOKIES  # noqa: B018 -- parses them; each request gets a copy
        # Kept for as long as the connection: let all of them share the names.
        self._parsed.META = {intern(name): value for name, value in self._parsed.META.items()}

    def request(
        self,
        *,
        path: str,
        query_string: bytes = b"",
        method: str = "POST",
        csrf_proven: bool = False,
    ) -> ASGIRequest:
        """Return a request with an empty body, as if ``path`` had been asked for on the connection.

        ``path`` is decoded and absolute, as in an ASGI scope. ``csrf_proven`` says that the caller
        has checked the connection's ``Origin``, so that ``CsrfViewMiddleware`` asks for no token.
        Raises ``ValueError`` for a path that no request can have.
        """
        if not path.startswith("/") or "\0" in path:
            raise ValueError(f"A request needs an absolute path without NUL, not {path!r}.")
        path.encode()  # raises one too, for a lone surrogate: JSON can carry it, a URL cannot
        here = {"path": path, "query_string": query_string, "method": method}
        scope = {**self._scope, **here}
        parsed = self._parsed
        if parsed.script_name:  # Django's rule for what is below it differs between versions
            parsed = ASGIRequest(scope, BytesIO())
        request = SyntheticRequest(parsed, scope)
        if csrf_proven:
            request._dont_enforce_csrf_checks = True
        return request


class SyntheticRequest(ASGIRequest):
    """A copy of a parsed request, for another path, query and method."""

    # Django's own way to say so, of its test client and of Django REST framework.
    _dont_enforce_csrf_checks = False

    to_be_resolved = False  # the match of the path is found when somebody asks for it
    _match: ResolverMatch | None = None

    @property
    def resolver_match(self) -> ResolverMatch | None:
        """The match of the path below ``ROOT_URLCONF``; ``None`` before the view's turn, and for a
        path that no pattern matches.
        """
        if self.to_be_resolved:
            self.to_be_resolved = False
            with suppress(Resolver404):
                self._match = get_resolver().resolve(self.path_info)
        return self._match

    @resolver_match.setter
    def resolver_match(self, match: ResolverMatch | None) -> None:
        self.to_be_resolved, self._match = False, match

    def __init__(self, parsed: ASGIRequest, scope: dict[str, Any]) -> None:
        vars(self).update(vars(parsed))
        self.scope = scope
        self.path = scope["path"]
        self.path_info = parsed.path_info if parsed.script_name else self.path
        self.method = scope["method"].upper()
        self.META = {
            **parsed.META,
            "REQUEST_METHOD": self.method,
            "QUERY_STRING": scope["query_string"].decode(),
            "PATH_INFO": self.path_info,
        }
        self.COOKIES = dict(parsed.COOKIES)
        self._stream = BytesIO()


def synthetic_request(scope: Scope, **options: Any) -> ASGIRequest:
    """Return one request on the connection of ``scope``: see ``SyntheticRequests.request``."""
    return SyntheticRequests(scope).request(**options)


def http_scope(scope: Scope) -> dict[str, Any]:
    """Return the scope that a request for ``/`` would have on the connection of ``scope``."""
    scheme = scope.get("scheme", "http")
    headers = [pair for pair in scope["headers"] if belongs_to_request(pair[0])]
    return {
        **scope,
        "type": "http",
        "method": "GET",
        "scheme": SCHEMES.get(scheme, scheme),
        "path": "/",
        "raw_path": None,
        "query_string": b"",
        "headers": headers,
    }


def belongs_to_request(header: bytes) -> bool:
    name = header.lower()
    return name not in CONNECTION_HEADERS and not name.startswith(b"sec-websocket-")
