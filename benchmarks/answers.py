"""Ask a dispatcher where it sends a connection, and fail where that is not what it should do.

The applications behind it say who they are by sending it, so that the object that is checked is the
very one that is timed.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from asgi_compose import ASGIApp, Scope
from benchmarks.dispatchers import Dispatching, names
from benchmarks.harness import check


def check_answers(row: Dispatching, app: ASGIApp, alone: ASGIApp, many: int) -> None:
    """Ask ``app``, and ``alone``, which is the same without a default."""
    known = names(many)
    for position, kind in enumerate(("http", "websocket")):
        asked = {f"{known[at]}/x": known[at] for at in (0, many // 2, -1)}
        asked |= {known[0]: row.exact[position], f"{known[0]}x": row.beyond}
        asked |= {f"{known[0]}x/y": row.beyond, "/elsewhere/x": "default", "/": "default"}
        for path, expected in asked.items():
            said, root_path = ask(app, scope_of(kind, path))
            check(f"{row.name}, {many} prefixes, {kind} {path}", said, expected)
            if said.startswith("/"):
                check(f"{row.name}, root_path", root_path, said if row.root_path else "")
        if row.nothing:
            said, _ = ask(alone, scope_of(kind, "/elsewhere/x"))
            check(f"{row.name}, no default, {kind}", said, row.nothing[position])


def ask(app: ASGIApp, scope: Scope) -> tuple[str, str]:
    """Return who was reached, or what was answered instead, and the ``root_path`` seen there."""
    said: list[tuple[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": f"{scope['type']}.{'request' if scope['type'] == 'http' else 'connect'}"}

    async def send(message: Any) -> None:
        said.append(message if isinstance(message, tuple) else (_in_short(message, scope), {}))

    try:
        finish(app(scope, receive, send))
    except ValueError:
        return "ValueError", ""
    name, seen = said[0]
    return name, seen.get("root_path", "")


def _in_short(message: dict[str, Any], scope: Scope) -> str:
    answers_http = scope["type"] == "http" and "status" in message
    return str(message["status"] if answers_http else message["type"])


def finish(awaitable: Awaitable[object]) -> None:
    """Run to its end what never waits for anything, without an event loop."""
    try:
        awaitable.__await__().send(None)
    except StopIteration:
        return
    raise RuntimeError("It waits for something, so that no event loop is no longer enough.")


def scope_of(kind: str, path: str) -> dict[str, Any]:
    """Return what hypercorn gives an application, for a request from a browser."""
    scope = {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http" if kind == "http" else "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"testserver"), (b"accept", b"*/*")],
        "client": ("192.0.2.7", 51234),
        "server": ("127.0.0.1", 8000),
        "state": {},
        "extensions": {} if kind == "http" else {"websocket.http.response": {}},
    }
    return {**scope, "method": "GET"} if kind == "http" else {**scope, "subprotocols": []}
