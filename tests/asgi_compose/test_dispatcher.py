from __future__ import annotations

import pytest

from asgi_compose import ASGIApp, Dispatcher, Receive, Route, Scope, Send, path_prefix

from .driver import answers, call, http_scope, run_lifespan, status_of, websocket_scope
from .lifespan_apps import noted, works


def is_websocket(scope: Scope) -> bool:
    return bool(scope["type"] == "websocket")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/a", 201),
        ("/a/b/c", 201),
        ("/a/b", 201),
        ("/b", 202),
        ("/ab", 299),
        ("/", 299),
    ],
)
async def test_the_first_route_that_takes_the_path_wins(path: str, status: int) -> None:
    routes = [
        Route(path_prefix("/a"), answers(201)),
        Route(path_prefix("/a/b", "/b"), answers(202)),
    ]
    assert await status_of(Dispatcher(routes, default=answers(299)), http_scope(path)) == status


async def test_routes_may_be_any_predicate_in_any_order() -> None:
    routes = [Route(is_websocket, answers(201)), Route(path_prefix("/a"), answers(202))]
    dispatcher = Dispatcher(iter(routes))
    assert await status_of(dispatcher, websocket_scope("/a")) == 201
    assert await status_of(dispatcher, http_scope("/a")) == 202


@pytest.mark.parametrize("path", ["/a", "/elsewhere"])
async def test_an_application_gets_the_very_objects_of_the_server(path: str) -> None:
    seen: list[object] = []

    async def sees(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend((scope, receive, send))

    async def receive() -> Scope:
        raise AssertionError("the dispatcher has nothing to read")

    async def send(message: Scope) -> None:
        raise AssertionError("the dispatcher has nothing to say")

    scope = http_scope(path, root_path="/p", state={}, extensions={"tls": {}})
    before = dict(scope)
    await Dispatcher([Route(path_prefix("/a"), sees)], default=sees)(scope, receive, send)
    assert list(map(id, seen)) == [id(scope), id(receive), id(send)]
    assert scope == before


async def test_an_exception_is_the_servers_affair() -> None:
    async def raises(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        await call(Dispatcher([], default=raises), http_scope())


async def test_http_that_nobody_takes_is_not_found() -> None:
    start, body = await call(Dispatcher([]), http_scope("/x"))
    assert (start["type"], start["status"]) == ("http.response.start", 404)
    assert (body["type"], body["more_body"]) == ("http.response.body", False)


async def test_a_websocket_that_nobody_takes_is_closed_before_it_opens() -> None:
    assert await status_of(Dispatcher([]), websocket_scope("/x")) == "websocket.close"


async def test_a_websocket_that_nobody_takes_is_denied_with_403_where_the_server_can() -> None:
    scope = websocket_scope("/x", extensions={"websocket.http.response": {}})
    start, body = await call(Dispatcher([]), scope)
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 403)
    assert body["type"] == "websocket.http.response.body"
    assert body["body"]


@pytest.mark.parametrize("kind", ["webtransport", "telnet"])
async def test_a_scope_of_unknown_type_raises(kind: str) -> None:
    with pytest.raises(ValueError, match=f"not '{kind}'"):
        await Dispatcher([], default=answers(200))({"type": kind}, works, works)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "strict", "status"),
    [
        ("/a/b%2Fc", True, 400),
        ("/a/b%2Fc", False, 201),
        ("/files/b%2Fc", True, 299),
        ("/x/../a", True, 400),
        ("/x/../a", False, 299),
        ("http://evil/a", True, 400),
        ("http://evil/a", False, 299),
    ],
)
async def test_a_path_that_could_be_read_differently_is_answered_400_by_strict_routes(
    target: str, strict: bool, status: int
) -> None:
    scope = http_scope(target.replace("%2F", "/"), raw_path=target.encode())
    dispatcher = Dispatcher([Route(path_prefix("/a"), answers(201), strict)], answers(299))
    assert await status_of(dispatcher, scope) == status


async def test_one_strict_route_does_not_make_the_others_strict() -> None:
    routes = [
        Route(path_prefix("/guarded"), answers(201)),
        Route(path_prefix("/free"), answers(202), strict=False),
    ]
    dispatcher = Dispatcher(routes)
    assert await status_of(dispatcher, http_scope("/free/../x")) == 202
    assert await status_of(dispatcher, http_scope("/free/../guarded")) == 400


async def test_a_websocket_with_an_ambiguous_path_is_denied_with_400() -> None:
    dispatcher = Dispatcher([Route(path_prefix("/a"), answers(201))], default=answers(299))
    denial: Scope = {"websocket.http.response": {}}
    assert await status_of(dispatcher, websocket_scope("//a", extensions=denial)) == 400
    assert await status_of(dispatcher, websocket_scope("//a")) == "websocket.close"


async def test_each_application_has_one_lifespan_in_the_order_of_the_routes() -> None:
    log: list[str] = []
    first, second, last = (noted(works, log, name) for name in ("first", "second", "last"))
    routes = [
        Route(path_prefix("/a"), first),
        Route(path_prefix("/b"), second),
        Route(path_prefix("/c"), first),
        Route(path_prefix("/d"), last),
    ]
    await run_lifespan(Dispatcher(routes, default=last))
    starts = ["startup first", "startup second", "startup last"]
    assert log == [*starts, "shutdown last", "shutdown second", "shutdown first"]


async def test_a_dispatcher_composes_like_any_application() -> None:
    log: list[str] = []

    def inner(name: str, status: int) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await (noted(works, log, name) if scope["type"] == "lifespan" else answers(status))(
                scope, receive, send
            )

        return app

    api = Dispatcher([Route(path_prefix("/api/v1"), inner("v1", 201))], default=inner("api", 202))
    site = Dispatcher([Route(path_prefix("/api"), api)], default=inner("site", 203))
    for path, status in {"/api/v1/x": 201, "/api/x": 202, "/x": 203}.items():
        assert await status_of(site, http_scope(path)) == status
    await run_lifespan(site)
    assert log[:3] == ["startup v1", "startup api", "startup site"]
    assert log[3:] == ["shutdown site", "shutdown api", "shutdown v1"]


def test_a_dispatcher_reads_as_it_was_written() -> None:
    async def api(scope: Scope, receive: Receive, send: Send) -> None: ...

    routes = [Route(path_prefix("/api", "/v2") & is_websocket, api), Route(is_websocket, works)]
    shown = repr(Dispatcher(routes, default=works))
    assert "(path_prefix('/api', '/v2') & is_websocket): test_a_dispatcher_reads" in shown
    assert "is_websocket: works, default=works)" in shown
    assert "default=None" in repr(Dispatcher([]))
    many = Dispatcher([Route(path_prefix(f"/{number}"), api) for number in range(1000)])
    assert len(repr(many)) < 1500
    assert "'/7'" in repr(many)
    assert "..., default=None)" in repr(many)


async def test_routes_are_strict_unless_they_say_otherwise() -> None:
    scope = http_scope("/x/../a")
    assert await status_of(Dispatcher([Route(path_prefix("/a"), works)]), scope) == 400
    assert (
        await status_of(Dispatcher([Route(path_prefix("/a"), works, strict=False)]), scope) == 404
    )
