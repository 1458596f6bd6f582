"""What Reflex is given in the place of a client's claim to be a certain tab."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest

from reflex_adapter.claims import claimed_token, with_bound_header, with_token
from reflex_adapter.visitor import bound_token, new_visitor

UPLOAD = "/_upload"


def sent(scope: Any) -> list[bytes]:
    return [value for name, value in scope["headers"] if name.lower() == b"reflex-client-token"]


@pytest.mark.parametrize("token", [b"tab", b"", b"\xff\xfe", b"x" * 10_000])
@pytest.mark.parametrize("name", [b"reflex-client-token", b"Reflex-Client-Token"])
def test_the_token_of_an_upload_is_bound_as_that_of_a_handshake(
    http_scope: Any, name: bytes, token: bytes
) -> None:
    visitor = new_visitor()
    scope = http_scope(UPLOAD, [(b"x-other", b"1"), (name, token)])
    bound = with_bound_header(scope, visitor)
    assert sent(bound) == [bound_token(visitor, token.decode("latin-1")).encode()]
    assert (b"x-other", b"1") in bound["headers"]
    assert sent(scope) == [token], "The server's own scope has changed."


def test_an_upload_of_no_visitor_is_no_tabs(http_scope: Any) -> None:
    scope = http_scope(UPLOAD, [(b"reflex-client-token", b"tab")])
    [first], [second] = (sent(with_bound_header(scope, None)) for _ in range(2))
    assert len({first, second, b"tab"}) == 3


def test_a_second_token_gets_nowhere(http_scope: Any) -> None:
    visitor = new_visitor()
    tokens = [(b"reflex-client-token", b"tab"), (b"reflex-client-token", b"other")]
    bound = with_bound_header(http_scope(UPLOAD, tokens), visitor)
    assert sent(bound) == [bound_token(visitor, "tab").encode()]


def test_a_request_without_a_token_stays_as_it_is(http_scope: Any) -> None:
    scope = http_scope("/ping", [(b"x-other", b"1")])
    assert with_bound_header(scope, new_visitor()) is scope


@pytest.mark.parametrize(
    ("query", "claim"),
    [
        (b"EIO=4&token=tab&transport=websocket", "tab"),
        (b"token=a%20b%26c", "a b&c"),
        (b"token=tab&token=other", "tab"),
        (b"token=", ""),
        (b"token", ""),
        (b"", ""),
        (b"TOKEN=tab", ""),
        (b"to%6ben=tab", "tab"),
        (b"token=%FF", "\ufffd"),
        (b"token=\xff", "\xff"),
    ],
)
def test_a_handshake_claims_one_token_and_reflex_finds_one(
    websocket_scope: Any, query: bytes, claim: str
) -> None:
    scope = websocket_scope(query_string=query)
    assert claimed_token(scope) == claim
    given = parse_qs(with_token(scope, "bound")["query_string"].decode())
    assert given.pop("token") == ["bound"]
    assert set(given) <= {"EIO", "transport", "TOKEN"}
