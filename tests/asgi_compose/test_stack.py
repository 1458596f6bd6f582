"""Other people's ASGI middleware, unchanged, in a stack of ours."""

from __future__ import annotations

import functools
from typing import Any

import httpx
import pytest
from asgiref.compatibility import guarantee_single_callable
from hypercorn.middleware import HTTPToHTTPSRedirectMiddleware, ProxyFixMiddleware
from starlette.applications import Starlette
from starlette.middleware import Middleware as StarletteMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from asgi_compose import (
    ASGIApp,
    Dispatcher,
    Middleware,
    OriginGuard,
    Receive,
    Route,
    Scope,
    Send,
    path_prefix,
    stack,
)

from .driver import answers, call, http_scope, run_lifespan, status_of, websocket_scope
from .lifespan_apps import STARTED, STOPPED, works


def nobody(scope: Scope, origin: str | None) -> bool:
    return False


def leaves_a_mark(app: ASGIApp, mark: str = "?") -> ASGIApp:
    async def marked(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "marks": [*scope.get("marks", []), mark]}, receive, send)

    return marked


async def shows_client(scope: Scope, receive: Receive, send: Send) -> None:
    body = f"{scope['client'][0]} {scope['scheme']} ".encode() + b"x" * 1000
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def get(app: ASGIApp, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://a.test") as client:
        return await client.get("/x", headers=headers)


async def test_the_first_is_the_outermost_in_whatever_form_it_is_given() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend(scope["marks"])

    made = stack(
        app,
        (leaves_a_mark, {"mark": "pair"}),
        Middleware(leaves_a_mark, mark="ours"),
        leaves_a_mark,
        StarletteMiddleware(leaves_a_mark, mark="starlette"),
        StarletteMiddleware(leaves_a_mark, "positional"),
        functools.partial(leaves_a_mark, mark="partial"),
    )
    await made(http_scope(), works, works)  # type: ignore[arg-type]
    assert seen == ["pair", "ours", "?", "starlette", "positional", "partial"]


async def test_starlettes_uvicorns_and_hypercorns_middleware_work_unchanged() -> None:
    app = stack(
        shows_client,
        Middleware(ProxyHeadersMiddleware, trusted_hosts="*"),
        Middleware(TrustedHostMiddleware, allowed_hosts=["a.test"]),
        Middleware(CORSMiddleware, allow_origins=["https://b.test"]),
        (GZipMiddleware, {"minimum_size": 500}),
        guarantee_single_callable,
    )
    headers = {"x-forwarded-for": "192.0.2.9", "x-forwarded-proto": "https"}
    response = await get(app, origin="https://b.test", **headers)
    assert response.text.startswith("192.0.2.9 https ")
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["access-control-allow-origin"] == "https://b.test"
    assert (await get(app, host="evil.test")).status_code == 400


async def test_hypercorns_middleware_works_unchanged() -> None:
    app = stack(
        shows_client,
        (ProxyFixMiddleware, {"mode": "legacy", "trusted_hops": 1}),
        Middleware(HTTPToHTTPSRedirectMiddleware, host="secure.test"),
    )
    headers = {"x-forwarded-for": "192.0.2.9", "x-forwarded-proto": "http"}
    response = await get(app, **headers)
    assert response.status_code == 307
    assert response.headers["location"] == "https://secure.test/x"


async def test_a_stack_is_an_application_among_others() -> None:
    guarded = stack(answers(201), leaves_a_mark, Middleware(OriginGuard, allowed=nobody))
    site = stack(Dispatcher([Route(path_prefix("/a"), guarded)], answers(202)), leaves_a_mark)
    assert await status_of(site, http_scope("/a")) == 201
    assert await status_of(site, websocket_scope("/a")) == "websocket.close"
    assert await status_of(site, http_scope("/b")) == 202
    assert await run_lifespan(stack(works, leaves_a_mark)) == [STARTED, STOPPED]


async def test_a_stack_without_middleware_is_the_application() -> None:
    sent = await call(stack(answers(204)), http_scope())
    assert sent == await call(answers(204), http_scope())


def test_a_stack_reads_as_it_was_written() -> None:
    made: Any = stack(
        shows_client,
        leaves_a_mark,
        (GZipMiddleware, {"minimum_size": 500}),
        Middleware(OriginGuard, allowed=nobody),
        StarletteMiddleware(leaves_a_mark, "here"),
    )
    assert made.__qualname__ == (
        "stack(shows_client, leaves_a_mark(), GZipMiddleware(minimum_size=500), "
        "OriginGuard(allowed=nobody), leaves_a_mark('here'))"
    )
    assert made.__qualname__ in repr(made)


def test_an_option_may_have_any_name() -> None:
    def named(app: ASGIApp, *, name: str, call: str, factory: str) -> ASGIApp:
        return app

    options = {"name": "a", "call": "b", "factory": "c"}
    assert "named(name='a', call='b', factory='c')" in repr(
        stack(works, Middleware(named, **options))
    )


async def test_our_middleware_is_starlettes_too() -> None:
    app = Starlette(middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["b.test"])])  # type: ignore[list-item]
    assert (await get(app)).status_code == 400


def test_what_is_no_middleware_is_refused_when_the_stack_is_made() -> None:
    with pytest.raises(TypeError):
        stack(shows_client, None)
