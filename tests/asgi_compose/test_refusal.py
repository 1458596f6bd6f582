from __future__ import annotations

import pytest

from asgi_compose import Receive, Scope, Send, refuse

from .driver import call, http_scope, websocket_scope

HEADERS = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"3")]


async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
    await refuse(scope, receive, send, status=418, text="né")


async def test_http_gets_the_status_and_the_text() -> None:
    assert await call(refuses, http_scope()) == [
        {"type": "http.response.start", "status": 418, "headers": HEADERS},
        {"type": "http.response.body", "body": "né".encode(), "more_body": False},
    ]


@pytest.mark.parametrize("more", [{}, {"extensions": None}, {"extensions": {"tls": {}}}])
async def test_a_websocket_is_closed_before_it_opens(more: Scope) -> None:
    sent = await call(refuses, websocket_scope(**more))
    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_a_websocket_gets_the_denial_response_where_the_server_offers_it() -> None:
    scope = websocket_scope(extensions={"websocket.http.response": {}})
    assert await call(refuses, scope) == [
        {"type": "websocket.http.response.start", "status": 418, "headers": HEADERS},
        {"type": "websocket.http.response.body", "body": "né".encode(), "more_body": False},
    ]


async def test_nothing_else_is_ever_answered() -> None:
    async def nothing(*_: object) -> None:
        raise AssertionError("neither receive nor send is due")

    with pytest.raises(ValueError, match="lifespan"):
        await refuse({"type": "lifespan"}, nothing, nothing, status=400, text="")  # type: ignore[arg-type]
