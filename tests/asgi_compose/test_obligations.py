"""What the ASGI specification asks of an application that composes others, point by point.

The numbers are ours: 1-11 the scope and the calls, 12-14 the answers that we give ourselves, 15-25
the lifespan. After them come the cases that other dispatchers get wrong, as tables.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from starlette._utils import get_route_path

from asgi_compose import (
    ASGIApp,
    Dispatcher,
    LifespanGroup,
    Message,
    OriginGuard,
    Receive,
    Route,
    Scope,
    Send,
    path_prefix,
    scope_type,
    stack,
)

from . import lifespan_apps as apps
from .driver import (
    LifespanDriver,
    answers,
    call,
    http_scope,
    run_lifespan,
    status_of,
    websocket_scope,
)
from .lifespan_apps import NOT_STARTED, STARTED, STOPPED, noted, works

DENIAL: Scope = {"websocket.http.response": {}}


class Sees:
    """An application that remembers what it was called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, Any, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls.append((scope, receive, send))


def everyone(scope: Scope, origin: str | None) -> bool:
    return True


def around(app: ASGIApp, **route: Any) -> dict[str, ASGIApp]:
    """All that we can put around ``app`` for a path such as /a/x."""
    return {
        "route": Dispatcher([Route(path_prefix("/a"), app, **route)]),
        "deep route": Dispatcher([Route(path_prefix("/a/x"), app, **route)]),
        "predicate": Dispatcher([Route(scope_type("http", "websocket"), app)]),
        "default": Dispatcher([Route(path_prefix("/b"), answers(500))], default=app),
        "nested": Dispatcher([], default=Dispatcher([Route(path_prefix("/a"), app, **route)])),
        "guard": OriginGuard(app, allowed=everyone, unsafe_methods=True),
        "stack": stack(app),
    }


LAYERS = list(around(works))


async def receive() -> Message:
    raise AssertionError("we have nothing to read")


async def send(message: Message) -> None:
    raise AssertionError("we have nothing to say")


@pytest.mark.parametrize("layer", ["route", "deep route", "nested"])
async def test_01_a_scope_is_copied_before_it_is_changed(layer: str) -> None:
    app = Sees()
    scope = http_scope("/a/x", state={}, extensions={"tls": {}})
    before = dict(scope)
    await around(app, mount=True)[layer](scope, receive, send)
    ((given, *_),) = app.calls
    assert given is not scope
    assert scope == before
    assert given["state"] is scope["state"]
    assert given["extensions"] is scope["extensions"]


@pytest.mark.parametrize("layer", LAYERS)
async def test_02_nothing_is_changed_once_the_application_was_called(layer: str) -> None:
    seen: list[tuple[Scope, Scope]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        before = dict(scope)
        await asyncio.sleep(0)
        seen.append((before, dict(scope)))

    calls = [around(app)[layer](http_scope("/a/x", n=n), receive, send) for n in range(3)]
    await asyncio.gather(*calls)
    assert [before["n"] for before, _ in seen] == [0, 1, 2]
    assert all(before == after for before, after in seen)


@pytest.mark.parametrize("kind", ["webtransport", "HTTP", ""])
async def test_03_an_unknown_type_raises_and_is_never_answered(kind: str) -> None:
    app = Sees()
    for dispatcher in (Dispatcher([Route(path_prefix("/a"), app)]), Dispatcher([], default=app)):
        with pytest.raises(ValueError, match="not"):
            await dispatcher({**http_scope("/a"), "type": kind}, receive, send)
    assert not app.calls


@pytest.mark.parametrize("layer", LAYERS)
async def test_04_no_optional_key_is_required(layer: str) -> None:
    app = Sees()
    await around(app)[layer]({"type": "http", "method": "GET", "path": "/a/x", "headers": []}, 0, 0)
    await around(app)[layer]({"type": "websocket", "path": "/a/x", "headers": []}, 0, 0)
    assert len(app.calls) == 2


async def test_05_a_mount_adds_to_root_path_and_leaves_path_alone() -> None:
    app = Sees()
    scope = http_scope("/p/a/x", root_path="/p")
    await Dispatcher([Route(path_prefix("/a"), app, mount=True)])(scope, receive, send)
    ((given, *_),) = app.calls
    assert (given["path"], given["root_path"]) == ("/p/a/x", "/p/a")


async def test_06_raw_path_stays_as_it_was_received() -> None:
    app = Sees()
    scope = http_scope("/a/é b", raw_path=b"/a/%c3%A9%20b")
    await Dispatcher([Route(path_prefix("/a"), app, mount=True)])(scope, receive, send)
    ((given, *_),) = app.calls
    assert given["raw_path"] == b"/a/%c3%A9%20b"


@pytest.mark.parametrize("layer", LAYERS)
async def test_07_a_request_sees_the_very_state_the_server_made_for_it(layer: str) -> None:
    app = Sees()
    state = {"pool": object()}
    await around(app)[layer](http_scope("/a/x", state=state), receive, send)
    ((given, *_),) = app.calls
    assert given["state"] is state


@pytest.mark.parametrize("layer", LAYERS)
async def test_08_extensions_and_their_messages_pass_untouched(layer: str) -> None:
    types = ["http.response.debug", "http.response.pathsend", "http.response.early_hint", "new"]
    sent: list[Message] = []
    extensions = {name: {} for name in types} | {"tls": {"version": 0x304}}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["extensions"] is extensions
        for name in types:
            await send({"type": name, "anything": name})

    async def collect(message: Message) -> None:
        sent.append(message)

    await around(app)[layer](http_scope("/a/x", extensions=extensions), receive, collect)
    assert sent == [{"type": name, "anything": name} for name in types]


@pytest.mark.parametrize("layer", LAYERS)
async def test_09_receive_and_send_are_the_servers_own(layer: str) -> None:
    app = Sees()
    await around(app)[layer](websocket_scope("/a/x"), receive, send)
    assert [(r, s) for _, r, s in app.calls] == [(receive, send)]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("error", [OSError, KeyError, asyncio.CancelledError])
async def test_10_an_application_is_called_once_and_its_exception_is_let_out(
    layer: str, error: type[BaseException]
) -> None:
    calls: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        calls.append(scope["path"])
        await asyncio.sleep(0)
        raise error

    with pytest.raises(error):
        await around(app)[layer](http_scope("/a/x"), receive, send)
    assert calls == ["/a/x"]


class DoubleCallable:
    def __init__(self, scope: Scope) -> None: ...
    async def __call__(self, receive: Receive, send: Send) -> None: ...


class AwaitableEndpoint:
    """Such as Starlette's HTTPEndpoint: a class that takes all three and is awaited."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None: ...
    def __await__(self) -> Any: ...


def double_callable(scope: Scope) -> Any: ...


@pytest.mark.parametrize("app", [DoubleCallable, double_callable, lambda: None])
def test_11_what_is_not_called_with_three_arguments_is_refused_when_composed(app: Any) -> None:
    for compose in (LifespanGroup, lambda app: Dispatcher([], default=app)):
        with pytest.raises(TypeError, match="guarantee_single_callable"):
            compose(app)


@pytest.mark.parametrize("app", [works, AwaitableEndpoint, Sees(), stack(works), max])
def test_11_whatever_takes_three_arguments_may_be_composed(app: Any) -> None:
    Dispatcher([], default=app)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_12_http_that_nobody_takes_is_answered_404_unread(method: str) -> None:
    sent: list[Message] = []

    async def collect(message: Message) -> None:
        sent.append(message)

    await Dispatcher([])(http_scope("/x", method=method), receive, collect)
    start, body = sent
    assert (start["type"], start["status"]) == ("http.response.start", 404)
    assert all(name == name.lower() for name, _ in start["headers"])
    assert (body["type"], body["more_body"]) == ("http.response.body", False)
    assert dict(start["headers"])[b"content-length"] == str(len(body["body"])).encode()


@pytest.mark.parametrize("extensions", [{}, None, DENIAL])
async def test_13_a_refused_websocket_sees_no_http_message(extensions: Scope | None) -> None:
    def nobody(scope: Scope, origin: str | None) -> bool:
        return False

    refusing = [
        Dispatcher([]),
        Dispatcher([Route(path_prefix("/a"), works)]),
        OriginGuard(works, allowed=nobody),
    ]
    for app in refusing:  # the driver fails if websocket.connect is not read first
        sent = await call(app, websocket_scope("//a", extensions=extensions))
        if extensions is DENIAL:
            start, body = sent
            assert start["type"] == "websocket.http.response.start"
            assert start["status"] in (400, 403)
            assert (body["type"], bool(body["body"])) == ("websocket.http.response.body", True)
        else:
            assert [message["type"] for message in sent] == ["websocket.close"]


async def test_14_no_meaning_is_put_into_a_close_code_before_accept() -> None:
    (close,) = await call(Dispatcher([]), websocket_scope())
    assert close == {"type": "websocket.close", "code": 1008}


@pytest.mark.parametrize(
    "app",
    [apps.knows_only_http, apps.raises_on_startup, apps.returns_at_once, apps.returns_on_startup],
)
async def test_15_an_application_that_ends_unanswered_hears_no_more(app: ASGIApp) -> None:
    log: list[str] = []
    assert await run_lifespan(LifespanGroup(noted(app, log), works)) == [STARTED, STOPPED]
    assert not [line for line in log if line.startswith("shutdown")]


async def test_16_startup_failed_is_passed_on_and_complete_waits_for_all() -> None:
    assert await run_lifespan(LifespanGroup(works, apps.fails_on_startup)) == [NOT_STARTED]
    release = asyncio.Event()

    async def starts_late(scope: Scope, receive: Receive, send: Send) -> None:
        await release.wait()
        await works(scope, receive, send)

    async with LifespanDriver(LifespanGroup(works, starts_late)) as driver:
        starting = asyncio.create_task(driver.startup())
        await asyncio.sleep(0.01)
        assert not starting.done()
        release.set()
        assert await starting == STARTED


@pytest.mark.parametrize("last", [apps.fails_on_startup, works])
async def test_17_all_that_started_is_stopped_in_reverse(last: ASGIApp) -> None:
    log: list[str] = []
    await run_lifespan(LifespanGroup(*(noted(works, log, name) for name in "ab"), last))
    assert log == ["startup a", "startup b", "shutdown b", "shutdown a"]


async def test_18_shutdown_failed_comes_with_its_message_after_all_are_stopped() -> None:
    log: list[str] = []
    group = LifespanGroup(noted(works, log), apps.fails_on_shutdown)
    _, answer = await run_lifespan(group)
    assert answer == {"type": "lifespan.shutdown.failed", "message": "cannot flush"}
    assert log[-1] == "shutdown works"


@pytest.mark.parametrize("state", ["shared", "own"])
async def test_19_each_application_has_a_scope_of_its_own(state: Any) -> None:
    first, second = Sees(), Sees()
    group = LifespanGroup(first, second, state=state)
    await run_lifespan(group, {})
    (((one, *_),), ((other, *_),)) = first.calls, second.calls
    assert one is not other
    assert (one["state"] is other["state"]) is (state == "shared")


async def test_20_an_application_enters_and_exits_in_one_task() -> None:
    tasks: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async with asyncio.timeout(5):  # a cancel scope: it must be left where it was entered
            for answer in (STARTED, STOPPED):
                await receive()
                tasks.append((asyncio.current_task(), asyncio.get_running_loop()))
                await send(answer)

    assert await run_lifespan(LifespanGroup(works, app)) == [STARTED, STOPPED]
    assert tasks[0] == tasks[1]


@pytest.mark.parametrize("state", ["shared", "own"])
async def test_21_an_application_has_one_lifespan_however_many_routes(state: Any) -> None:
    log: list[str] = []
    app = noted(works, log)
    routes = [
        Route(path_prefix("/a", "/b"), app),
        Route(path_prefix("/c"), app, mount=True),
        Route(scope_type("websocket"), app),
    ]
    await run_lifespan(Dispatcher(routes, default=app, state=state), {})
    assert log == ["startup works", "shutdown works"]


@pytest.mark.parametrize("state", ["shared", "own"])
async def test_22_there_is_no_state_where_the_server_has_none(state: Any) -> None:
    async def needs_state(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        try:
            scope["state"]["pool"] = "open"
        except KeyError:
            await send(NOT_STARTED)
            raise

    group = LifespanGroup(needs_state, state=state)
    assert await run_lifespan(group) == [NOT_STARTED]


async def test_23_unknown_keys_are_accepted_and_unknown_messages_raise_out_of_send() -> None:
    raised: list[BaseException] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await send({"type": "lifespan.startup.progress"})
        except RuntimeError as error:
            raised.append(error)
        await send({**STARTED, "new": "key"})
        await receive()
        await send({**STOPPED, "new": "key"})

    assert await run_lifespan(LifespanGroup(app)) == [STARTED, STOPPED]
    assert "lifespan.startup.progress" in str(raised)


async def test_24_a_timeout_comes_before_hypercorns_and_names_the_application(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert LifespanGroup().startup_timeout < 60 > LifespanGroup().shutdown_timeout
    dispatcher = Dispatcher([], default=apps.never_answers, startup_timeout=0.01)
    (answer,) = await run_lifespan(dispatcher)
    assert answer["type"] == "lifespan.startup.failed"
    assert "never_answers" in answer["message"]
    assert "never_answers" in caplog.text


async def test_25_where_nobody_knows_lifespan_all_is_quiet(
    caplog: pytest.LogCaptureFixture,
) -> None:
    dispatcher = Dispatcher([Route(path_prefix("/a"), apps.returns_at_once)], apps.knows_only_http)
    assert await run_lifespan(dispatcher) == [STARTED, STOPPED]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


# What other dispatchers get wrong.


@pytest.mark.parametrize(
    ("path", "root_path", "status"),
    [
        ("/_event/x", "", 201),
        ("/_event", "", 201),
        ("/_event/", "", 201),
        ("/_eventual", "", 299),
        ("/x/_event", "", 299),
        ("/proxy/_event/x", "/proxy", 201),
        ("/_event/x", "/proxy", 201),
        ("/proxy/_eventual", "/proxy", 299),
        ("/_event/_event/x", "/_event", 201),
        ("/_event/x", "/_event", 299),
        ("/_event/x", "/_eve", 201),
        ("/_event/x", "/", 201),
        ("/v1.0/x", "", 202),
        ("/v1x0/x", "", 299),
        ("/a/b/x", "", 203),
        ("/a/x", "", 204),
    ],
)
@pytest.mark.parametrize("scope", [http_scope, websocket_scope])
async def test_prefixes_are_whole_segments_below_root_path(
    scope: Callable[..., Scope], path: str, root_path: str, status: int
) -> None:
    routes = [
        Route(path_prefix("/_event"), answers(201)),
        Route(path_prefix("/v1.0"), answers(202)),
        Route(path_prefix("/a/b"), answers(203)),
        Route(path_prefix("/a"), answers(204)),
    ]
    dispatcher = Dispatcher(routes, default=answers(299))
    assert await status_of(dispatcher, scope(path, root_path=root_path)) == status


@pytest.mark.parametrize(
    ("path", "root_path", "route"),
    [
        ("/sub/x", "", "/x"),
        ("/sub", "", ""),
        ("/sub/sub/x", "", "/sub/x"),
        ("/p/sub/x", "/p", "/x"),
        ("/sub/x", "/p", "/x"),
        ("/sub/x", "/su", "/x"),
        ("/sub/x", "/", "/x"),
    ],
)
async def test_what_a_mounted_framework_routes_on_is_what_is_below_the_prefix(
    path: str, root_path: str, route: str
) -> None:
    app = Sees()
    scope = http_scope(path, root_path=root_path)
    await Dispatcher([Route(path_prefix("/sub"), app, mount=True)])(scope, receive, send)
    ((given, *_),) = app.calls
    assert get_route_path(given) == route


@pytest.mark.parametrize("depth", range(1, 5))
@pytest.mark.parametrize("mount", [True, False])
async def test_dispatchers_nest_to_any_depth_mounted_or_not(depth: int, mount: bool) -> None:
    segments = [f"/{level}" for level in range(depth)]
    app = answers(201)
    for level in reversed(range(depth)):
        prefix = segments[level] if mount else "".join(segments[: level + 1])
        app = Dispatcher([Route(path_prefix(prefix), app, mount=mount)], default=answers(299))
    assert await status_of(app, http_scope("".join(segments))) == 201
    assert await status_of(app, http_scope("".join(segments) + "/x")) == 201
    assert await status_of(app, http_scope("".join(segments) + "x")) == 299


START = "lifespan.startup.complete"
FAILED = "lifespan.startup.failed"
STOP = "lifespan.shutdown.complete"
STOP_FAILED = "lifespan.shutdown.failed"


@pytest.mark.parametrize(
    ("app", "ends"),
    [
        (works, [START, STOP]),
        (apps.knows_only_http, [START, STOP]),
        (apps.returns_at_once, [START, STOP]),
        (apps.raises_on_startup, [START, STOP]),
        (apps.fails_on_startup, [FAILED]),
        (apps.fails_on_startup_and_raises, [FAILED]),
        (apps.never_answers, [FAILED]),
        (apps.returns_once_started, [START, STOP]),
        (apps.fails_on_shutdown, [START, STOP_FAILED]),
        (apps.raises_on_shutdown, [START, STOP_FAILED]),
        (apps.never_stops, [START, STOP_FAILED]),
    ],
)
async def test_a_neighbour_is_started_and_stopped_whatever_an_application_does(
    app: ASGIApp, ends: list[str]
) -> None:
    log: list[str] = []
    routes = [Route(path_prefix("/a"), noted(works, log))]
    dispatcher = Dispatcher(routes, app, startup_timeout=0.05, shutdown_timeout=0.05)
    assert [answer["type"] for answer in await run_lifespan(dispatcher)] == ends
    assert log == ["startup works", "shutdown works"]
