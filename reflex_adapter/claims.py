"""Where a client says which tab it is: in the query of a handshake, in a header of an upload.

Both are claims. What Reflex is given in their place is bound to the visitor, here and nowhere
else.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from asgi_compose import Scope
from reflex_adapter.visitor import bound_token, new_visitor

TOKEN_PARAMETER = "token"
TOKEN_HEADER = b"reflex-client-token"


def claimed_token(scope: Scope) -> str:
    """Return the token of a handshake, empty where there is none."""
    return next((value for name, value in query(scope) if name == TOKEN_PARAMETER), "")


def with_token(scope: Scope, token: str) -> Scope:
    """Return the scope of a handshake with this token in the place of what it claimed."""
    others = [pair for pair in query(scope) if pair[0] != TOKEN_PARAMETER]
    return {**scope, "query_string": urlencode([*others, (TOKEN_PARAMETER, token)]).encode()}


def with_bound_header(scope: Scope, visitor: str | None) -> Scope:
    """Return the scope of a request with its token bound; if nobody sent it, to nobody's tab."""
    token = bound_header(scope, visitor)
    if token is None:
        return scope
    others = [pair for pair in scope["headers"] if pair[0].lower() != TOKEN_HEADER]
    return {**scope, "headers": [*others, (TOKEN_HEADER, token.encode())]}


def bound_header(scope: Scope, visitor: str | None) -> str | None:
    """Return the token of a request as Reflex is to see it, ``None`` where there is none."""
    claims = [value for name, value in scope["headers"] if name.lower() == TOKEN_HEADER]
    return bound_token(visitor or new_visitor(), claims[0].decode("latin-1")) if claims else None


def query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope.get("query_string", b"").decode("latin-1"))
