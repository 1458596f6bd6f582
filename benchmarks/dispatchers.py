"""The dispatchers that are compared, each built as its documentation has it.

They do not all mean the same: where answers differ, a dispatcher's entry says what it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import engineio  # type: ignore[import-untyped]
from channels.routing import ProtocolTypeRouter, URLRouter  # type: ignore[import-untyped]
from django.urls import re_path
from hypercorn.middleware import DispatcherMiddleware
from starlette.routing import Mount, Router

from asgi_compose import ASGIApp, Dispatcher, Receive, Route, Scope, Send, path_prefix

Named = tuple[str, ASGIApp]  # an application's prefix, and the application
Build = Callable[[Sequence[Named], Any], ASGIApp]


@dataclass(frozen=True)
class Dispatching:
    """A dispatcher under the name of its row, and what it answers where dispatchers differ."""

    name: str
    build: Build  # from prefixes with their applications, and the default or None
    beyond: str = "default"  # who gets /app0000x, which only begins like /app0000
    exact: tuple[str, str] = ("/app0000", "/app0000")  # who gets /app0000, by HTTP and WebSocket
    nothing: tuple[str, str] | None = ("404", "websocket.http.response.start")  # with no default
    root_path: bool = False  # the application finds its prefix in root_path
    most: int = 1000  # prefixes that it can have


def names(many: int) -> list[str]:
    """Return prefixes of one length, so that none begins like another."""
    return [f"/app{number:04}" for number in range(many)]


def saying(name: str) -> ASGIApp:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await send((name, scope))  # type: ignore[arg-type]  # no message: it costs next to nothing

    return application


def ours(*, strict: bool = False, mount: bool = False, first: Sequence[Route] = ()) -> Build:
    def build(apps: Sequence[Named], default: Any) -> ASGIApp:
        routes = [Route(path_prefix(it), app, strict=strict, mount=mount) for it, app in apps]
        return Dispatcher([*first, *routes], default=default)

    return build


def by_hand(test: str, *, given: str = "", frame: bool = True) -> Build:
    """Write one ``if`` after the other, as one would with an editor, and no loop."""
    start, call = ("async def", "return await") if frame else ("def", "return")

    def build(apps: Sequence[Named], default: Any) -> ASGIApp:
        lines = [f"{start} application(scope, receive, send):", given, "    path = scope['path']"]
        for prefix, _app in apps:
            lines += [f"    if {test.format(prefix)}:"]
            lines += [f"        {call} {prefix[1:]}(scope, receive, send)"]
        lines += [f"    {call} default(scope, receive, send)"]
        namespace: dict[str, Any] = {prefix[1:]: app for prefix, app in apps} | {"default": default}
        exec("\n".join(lines), namespace)
        application: ASGIApp = namespace["application"]
        return application

    return build


def hypercorns(apps: Sequence[Named], default: Any) -> ASGIApp:
    mounts: dict[str, Any] = dict(apps)
    return DispatcherMiddleware(mounts if default is None else {**mounts, "": default})


def starlettes(apps: Sequence[Named], default: Any) -> ASGIApp:
    return Router([Mount(prefix, app) for prefix, app in apps], default=default)


def channels_(apps: Sequence[Named], default: Any) -> ASGIApp:
    routes = [re_path(rf"^{prefix[1:]}(?:/|$)", app) for prefix, app in apps]  # type: ignore[arg-type]
    router = URLRouter(routes if default is None else [*routes, re_path("", default)])
    return ProtocolTypeRouter({"http": router, "websocket": router})  # type: ignore[no-any-return]


@dataclass(frozen=True)
class EngineIOServer:
    """Stand where Engine.IO's server is, since only the way to it is timed."""

    handle_request: ASGIApp


def engineios(apps: Sequence[Named], default: Any) -> ASGIApp:
    for prefix, app in reversed(apps):
        default = engineio.ASGIApp(EngineIOServer(app), default, engineio_path=prefix)
    return default  # type: ignore[no-any-return]


def never(scope: Scope) -> bool:
    return False


WHOLE_SEGMENTS = "path.startswith('{0}/') or path == '{0}'"
# What ours asks as well: is this lifespan, and is there a root_path to be taken off?
AS_OURS = """
    if scope["type"] not in ("http", "websocket"):
        raise ValueError(scope["type"])
    if scope.get("root_path"):
        raise ValueError(scope["root_path"])
"""
IF = "hand-written `if`"
IF_AS_OURS = f"{IF}, type and root_path"
OURS, HYPERCORN, STARLETTE = "ours", "hypercorn DispatcherMiddleware", "Starlette Router/Mount"
OURS_NEW_PATHS = "ours, each path new"
# Ours remembers paths: these rows are asked for one that it does not, every time.
NEW_PATHS = {OURS_NEW_PATHS, "ours, strict, each path new"}
WRONG_ON_WEBSOCKET = ("404", "http.response.start")

DISPATCHERS = (
    Dispatching("frameless `if` (limit)", by_hand(WHOLE_SEGMENTS, frame=False), nothing=None),
    Dispatching(IF, by_hand(WHOLE_SEGMENTS), nothing=None),
    Dispatching(
        f"{IF}, startswith only",
        by_hand("path.startswith('{0}')"),
        beyond="/app0000",
        nothing=None,
    ),
    Dispatching(IF_AS_OURS, by_hand(WHOLE_SEGMENTS, given=AS_OURS), nothing=None),
    Dispatching(OURS, ours()),
    Dispatching(OURS_NEW_PATHS, ours()),
    Dispatching("ours, strict", ours(strict=True)),
    Dispatching("ours, strict, each path new", ours(strict=True)),
    Dispatching("ours, mount=True", ours(mount=True), root_path=True),
    Dispatching(
        "ours, a predicate first",
        ours(first=[Route(never, saying("never"), strict=False)]),
    ),
    Dispatching(
        HYPERCORN,
        hypercorns,
        beyond="/app0000",
        nothing=WRONG_ON_WEBSOCKET,
        root_path=True,
    ),
    Dispatching(
        STARLETTE,
        starlettes,
        exact=("307", "default"),
        nothing=("404", "websocket.close"),
        root_path=True,
    ),
    Dispatching("Channels URLRouter", channels_, nothing=("ValueError", "ValueError")),
    # Each is one frame inside the other; a thousand are more than Python's stack holds.
    Dispatching("engineio ASGIApp, nested", engineios, nothing=WRONG_ON_WEBSOCKET, most=64),
)
