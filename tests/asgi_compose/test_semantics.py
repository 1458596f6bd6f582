"""What ours does where other dispatchers, servers and frameworks differ, a row for each of them.

Each row is named for those that get it wrong. See test_obligations.py for what the specification
says.
"""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIRequest
from starlette._utils import get_route_path
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route as StarletteRoute

from asgi_compose import ASGIApp, Dispatcher, Receive, Route, Scope, Send, path_prefix

from . import lifespan_apps as apps
from .driver import LifespanDriver, answers, call, http_scope, run_lifespan, status_of
from .driver import websocket_scope as websocket
from .lifespan_apps import STARTED, STOPPED, noted, works


class Sees:
    """An application that remembers the last scope it was given."""

    scope: Scope | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope


def http(path: str, **more: Any) -> Scope:
    return http_scope(path, **more)


SCOPES = pytest.mark.parametrize("kind", [http, websocket])

# Dispatchers: whose row, prefixes, path, root_path, and the prefix that takes it, if one does.
ROWS = [
    ("hypercorn, anycorn", ["/_event"], "/_eventual", "", None),
    ("asgi-dispatcher-middleware, litestar: 'ual'", ["/_event"], "/_eventual/x", "", None),
    ("blacksheep: root_path '/_even'", ["/_even"], "/_event", "", None),
    ("Starlette: 307, and default for a websocket", ["/_event"], "/_event", "", "/_event"),
    ("FastAPI, lilya: default", ["/a", "/_event"], "/_event", "", "/_event"),
    ("asgi-dispatcher-middleware, litestar: '/'", ["/_event"], "/_event/", "", "/_event"),
    ("baize: inner path ''", ["/sub"], "/sub", "", "/sub"),
    ("hypercorn, baize: default", ["/_event"], "/proxy/_event/x", "/proxy", "/_event"),
    ("blacksheep, engineio: default", ["/a", "/_event"], "/p/q/_event", "/p/q", "/_event"),
    ("asgi-tools: root_path and path joined", ["/a"], "/a/a/x", "/a", "/a"),
    ("channels: ValueError", ["/sub"], "/sub/x", "/elsewhere", "/sub"),
    ("litestar: cut in mid-path", ["/x"], "/a/x/a/y", "/a", "/x"),
    ("litestar: '/x/'", ["/sub"], "/sub/x", "", "/sub"),
    ("litestar: the shortest first", ["/a/b", "/a"], "/a/b/x", "", "/a/b"),
    ("litestar: '/api' swallows it", ["/api", "/apiv2"], "/apiv2/x", "", "/apiv2"),
    ("litestar: a regular expression", ["/v1.0"], "/v1x0/x", "", None),
    ("channels, litestar: '//_event' is '/_event'", ["/_event"], "//_event", "", None),
    ("hypercorn's documented mount at '/'", ["/sub"], "/sub/x", "/", "/sub"),
]


@SCOPES
@pytest.mark.parametrize("mount", [False, True])
@pytest.mark.parametrize(
    ("prefixes", "path", "root_path", "taken"),
    [pytest.param(*row, id=whose) for whose, *row in ROWS],
)
async def test_who_takes_a_path_and_what_it_is_told(
    kind: Callable[..., Scope],
    mount: bool,
    prefixes: list[str],
    path: str,
    root_path: str,
    taken: str | None,
) -> None:
    applications = {prefix: Sees() for prefix in prefixes}
    default = Sees()
    routes = [
        Route(path_prefix(prefix), app, strict=False, mount=mount)
        for prefix, app in applications.items()
    ]
    scope = kind(path, root_path=root_path, asgi={"version": "3.0"}, extensions={"tls": {}})
    before = copy.deepcopy(scope)
    await Dispatcher(routes, default)(scope, None, None)
    assert scope == before  # half of the others write into the server's

    called = {prefix: app for prefix, app in {**applications, None: default}.items() if app.scope}
    (given,) = (app.scope for app in called.values())
    assert list(called) == [taken]
    if mount and taken:
        root = root_path.rstrip("/")
        whole = path if f"{path}/".startswith(f"{root}/") else root + path
        changed = {"root_path": root + taken, "path": whole}
        assert {**given, "raw_path": None} == {**before, **changed, "raw_path": None}
    else:
        assert given is scope


@pytest.mark.parametrize("extensions", [None, {}, {"websocket.http.response": {}}])
@pytest.mark.parametrize("nested", [False, True])
async def test_what_nobody_takes(extensions: Scope | None, nested: bool) -> None:
    """hypercorn and others: HTTP messages on a websocket, ValueError, no body in the body."""
    app = Dispatcher([Route(path_prefix("/a"), works)])
    if nested:
        app = Dispatcher([Route(path_prefix("/b"), app, mount=True)])
    start, body = await call(app, http_scope("/b/c", extensions=extensions))
    assert (start["status"], bool(body["body"])) == (404, True)
    refused = await call(app, websocket("/b/c", extensions=extensions))
    if extensions:
        assert [message["type"] for message in refused] == [
            "websocket.http.response.start",
            "websocket.http.response.body",
        ]
        assert (refused[0]["status"], bool(refused[1]["body"])) == (403, True)
    else:
        assert [message["type"] for message in refused] == ["websocket.close"]


def test_a_mount_at_the_root_is_the_default() -> None:
    """litestar's "/" swallows all other mounts, and hypercorn's makes root_path "/"."""
    with pytest.raises(ValueError, match="default="):
        path_prefix("/")


@SCOPES
@pytest.mark.parametrize("mount", [False, True])
async def test_nested_in_itself(kind: Callable[..., Scope], mount: bool) -> None:
    """hypercorn, anycorn, blacksheep: no match, or root_path "/a/a/b"."""
    app = Sees()
    inner = Dispatcher([Route(path_prefix("/b" if mount else "/a/b"), app, mount=mount)])
    outer = Dispatcher([Route(path_prefix("/a"), inner, mount=mount)])
    await outer(kind("/a/b/x", root_path=""), None, None)
    assert app.scope == kind("/a/b/x", root_path="/a/b" if mount else "")


# Lifespans: what B does, whether A is started where B comes first, and how it ends.
START, STOP = STARTED["type"], STOPPED["type"]
FAILED, STOP_FAILED = "lifespan.startup.failed", "lifespan.shutdown.failed"
BS = [
    ("ok", works, True, [START, STOP]),
    ("raises at once", apps.knows_only_http, True, [START, STOP]),
    ("returns at once", apps.returns_at_once, True, [START, STOP]),
    ("raises after receive", apps.raises_on_startup, True, [START, STOP]),
    ("startup.failed + return", apps.fails_on_startup, False, [FAILED]),
    ("startup.failed + raise", apps.fails_on_startup_and_raises, False, [FAILED]),
    ("hangs", apps.never_answers, False, [FAILED]),
    ("completes, returns early", apps.returns_once_started, True, [START, STOP]),
    ("shutdown.failed", apps.fails_on_shutdown, True, [START, STOP_FAILED]),
    ("raises in shutdown", apps.raises_on_shutdown, True, [START, STOP_FAILED]),
]


@pytest.mark.parametrize("state", ["shared", "own"])
@pytest.mark.parametrize("first", ["A", "B"])
@pytest.mark.parametrize(
    ("b", "a_is_started", "ends"), [pytest.param(*row, id=what) for what, *row in BS]
)
async def test_what_becomes_of_a_beside_b(
    state: Any, first: str, b: ASGIApp, a_is_started: bool, ends: list[str]
) -> None:
    log: list[str] = []
    a = noted(works, log, "A")
    at_prefix, default = (a, b) if first == "A" else (b, a)
    routes = [Route(path_prefix("/b", "/again"), at_prefix), Route(path_prefix("/c"), at_prefix)]
    dispatcher = Dispatcher(
        routes, default, state=state, startup_timeout=0.05, shutdown_timeout=0.05
    )
    assert [answer["type"] for answer in await run_lifespan(dispatcher, {})] == ends
    assert log == (["startup A", "shutdown A"] if first == "A" or a_is_started else [])


def keeps(db: str, log: list[str]) -> Starlette:
    """A Starlette whose lifespan opens a pool, and whose page shows whether it is open."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, str]]:
        log.append(f"open {db}")
        yield {"db": db}
        log.append(f"close {db}")

    async def show(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.state.db)

    return Starlette(routes=[StarletteRoute("/{rest:path}", show)], lifespan=lifespan)


@pytest.mark.parametrize(("state", "shown"), [("own", "abc"), ("shared", "ccc")])
async def test_three_starlettes_with_one_name_in_their_states(state: Any, shown: str) -> None:
    """All but ours have the last one's, or none at all; Django beside them is no obstacle."""
    log: list[str] = []
    routes = [Route(path_prefix(f"/{db}"), keeps(db, log), mount=True) for db in "abc"]
    site = Dispatcher(routes, default=get_asgi_application(), state=state)
    seen = ""
    async with LifespanDriver(site, {}) as driver:
        assert await driver.startup() == STARTED
        for db in "abc":
            scope = http_scope(f"/{db}/x", state=dict(driver.scope["state"]), query_string=b"")
            _, body = await call(site, scope)
            seen += body["body"].decode()
        assert await driver.shutdown() == STOPPED
    assert seen == shown
    assert log == ["open a", "open b", "open c", "close c", "close b", "close a"]


# Frameworks: path and root_path from the server, what a framework behind a plain route makes of
# them, and what one mounted at /sub does: its own path, and the path of its links' root.
CONVENTIONS = {
    "pass-through": ("/sub/x", "", "/sub/x", ("/x", "/sub")),
    "ASGI mount in front of us": ("/sub/sub/x", "/sub", "/sub/x", ("/x", "/sub/sub")),
    "stripped path in front of us": ("/sub/x", "/proxy", "/sub/x", ("/x", "/proxy/sub")),
    "root '/'": ("/sub/x", "/", "/sub/x", ("/x", "/sub")),
    "server root_path that path has": ("/p/sub/x", "/p", "/sub/x", ("/x", "/p/sub")),
    "server root_path that path lacks": ("/sub/x", "/p", "/sub/x", ("/x", "/p/sub")),
    "string prefix, no boundary": ("/sub/x", "/su", "/sub/x", ("/x", "/su/sub")),
}


@pytest.mark.parametrize(
    ("path", "root_path", "plain", "mounted"), CONVENTIONS.values(), ids=CONVENTIONS
)
async def test_what_frameworks_make_of_path_and_root_path(
    path: str, root_path: str, plain: str, mounted: tuple[str, str]
) -> None:
    app = Sees()
    scope = http_scope(path, root_path=root_path, raw_path=path.encode())
    await Dispatcher([Route(path_prefix("/sub"), app)])(scope, None, None)
    assert app.scope is scope
    assert get_route_path(app.scope) == plain  # Django 5.2 has rows of its own here

    await Dispatcher([Route(path_prefix("/sub"), app, mount=True)])(scope, None, None)
    request = ASGIRequest(app.scope, BytesIO())
    assert get_route_path(app.scope) == request.path_info == mounted[0]
    assert request.script_name == app.scope["root_path"] == mounted[1]
    assert app.scope["raw_path"] == app.scope["path"].encode()


async def test_a_stripped_path_below_a_prefix_of_that_name() -> None:
    """A proxy that took /sub off has said so in root_path: the rest is matched as it stands."""
    routes = [Route(path_prefix("/sub"), answers(201)), Route(path_prefix("/x"), answers(202))]
    dispatcher = Dispatcher(routes, default=answers(299))
    assert await status_of(dispatcher, http_scope("/x", root_path="/sub")) == 202


@pytest.mark.parametrize(
    ("path", "raw_path", "status"),
    [
        ("/_event/a b/c", b"/_event/a%20b%2Fc", 400),
        ("/_event/a b", b"/_event/a%20b", 201),
        ("//_event", b"//_event", 400),
        ("/_event/../x", b"/_event/../x", 400),
    ],
)
async def test_what_servers_decode_and_do_not_normalise(
    path: str, raw_path: bytes, status: int
) -> None:
    dispatcher = Dispatcher([Route(path_prefix("/_event"), answers(201))], answers(299))
    assert await status_of(dispatcher, http_scope(path, raw_path=raw_path)) == status
