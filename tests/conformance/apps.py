"""The application that is served bare and composed, and the ways it is composed.

Each of its paths does one thing that a composing application could spoil. It judges nothing: it
answers with what it saw, and what it saw of a client that left is kept for another one to ask for.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from starlette.middleware.trustedhost import TrustedHostMiddleware

from asgi_compose import (
    Dispatcher,
    Message,
    OriginGuard,
    Receive,
    Route,
    Scope,
    Send,
    path_prefix,
    stack,
)

SENT_FILE = Path(__file__)
CHUNK = b"x" * 65536
CHUNKS = 512
WELCOME = "https://pages.example"

# Both by the query string, which is the name a test gave to its connection.
SEEN: dict[str, list[str]] = {}
RELEASES: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(0))


async def site(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await live(scope, receive, send)
    else:
        name = scope["path"].removeprefix("/site/").partition("/")[0]
        handlers = {"http": HTTP, "websocket": WEBSOCKET}[scope["type"]]
        await handlers[name](scope, receive, send)


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    for act in ("startup", "shutdown"):
        message = await receive()
        assert message["type"] == f"lifespan.{act}"
        scope["state"][act] = "seen"
        print(f"site saw {act}", file=sys.stderr, flush=True)
        await send({"type": f"lifespan.{act}.complete"})


async def show(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with all that reached us, and whose ``receive`` and ``send`` we have."""
    length = len(await read(receive))
    seen = described(scope, receive, send) | {"body": length}
    await respond(send, json.dumps(seen).encode())


def described(scope: Scope, receive: Receive, send: Send) -> dict[str, Any]:
    """Describe all of a connection but its ports, which are never the same twice."""
    headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
    return {
        **{key: repr(value) for key, value in scope.items()},
        "client": scope["client"][0],
        "server": scope["server"][0],
        "headers": [header for header in headers if header[0] != "host"],
        "scope is a": type(scope).__name__,
        "receive is a": type(receive).__qualname__,
        "send is a": type(send).__qualname__,
    }


async def read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def start(send: Send, status: int = 200, **more: Any) -> None:
    headers = [(b"content-type", b"text/plain"), (b"x-from", b"site"), (b"x-from", b"twice")]
    await send({"type": "http.response.start", "status": status, "headers": headers, **more})


async def chunk(send: Send, body: bytes, more_body: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more_body})


async def respond(send: Send, body: bytes, status: int = 200) -> None:
    await start(send, status)
    await chunk(send, body, more_body=False)


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Send events, each only when the client says that it has the one before."""
    released = RELEASES[name_of(scope)]
    await start(send)
    for number in range(3):
        await chunk(send, b"data: %d\n\n" % number)
        await released.acquire()
    await chunk(send, b"", more_body=False)


async def release(scope: Scope, receive: Receive, send: Send) -> None:
    RELEASES[name_of(scope)].release()
    await respond(send, b"released")


async def wait_for_disconnect(scope: Scope, receive: Receive, send: Send) -> None:
    await read(receive)
    await start(send)
    await chunk(send, b"are you there?")
    seen = [described_message(await receive())]
    seen.append(await outcome_of(chunk(send, b"and now?")))
    SEEN[name_of(scope)] = seen


async def flood(scope: Scope, receive: Receive, send: Send) -> None:
    """Send more than any buffer holds, to a client that leaves; never ask whether it is there."""

    async def all_of_it() -> None:
        await start(send)
        for _ in range(CHUNKS):
            await chunk(send, CHUNK)

    SEEN[name_of(scope)] = [await outcome_of(all_of_it())]


async def outcome_of(sending: Any) -> str:
    try:
        await sending
    except asyncio.CancelledError:
        return "cancelled"
    except Exception as error:  # noqa: BLE001 - the point is which one it is
        return f"{type(error).__name__}, an OSError: {isinstance(error, OSError)}"
    return "sent"


async def seen(scope: Scope, receive: Receive, send: Send) -> None:
    what = SEEN.get(name_of(scope))
    await respond(send, json.dumps(what).encode(), 404 if what is None else 200)


async def crash(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"].endswith("/late"):
        await start(send)
        await chunk(send, b"so far so good")
    raise LookupError("meant to happen")


async def hint_early(scope: Scope, receive: Receive, send: Send) -> None:
    if "http.response.early_hint" in extensions(scope):
        links = [b"</style.css>; rel=preload"]
        await send({"type": "http.response.early_hint", "links": links})
    await respond(send, b"hinted before")


async def push(scope: Scope, receive: Receive, send: Send) -> None:
    if "http.response.push" in extensions(scope):
        headers = [(b"x-pushed", b"yes")]
        await send({"type": "http.response.push", "path": "/site/small", "headers": headers})
    await respond(send, b"pushed beside")


async def trail(scope: Scope, receive: Receive, send: Send) -> None:
    trailers = "http.response.trailers" in extensions(scope)
    await start(send, trailers=trailers)
    await chunk(send, b"trailed by", more_body=False)
    if trailers:
        headers = [(b"x-checksum", b"42")]
        await send({"type": "http.response.trailers", "headers": headers, "more_trailers": False})


async def send_path(scope: Scope, receive: Receive, send: Send) -> None:
    if "http.response.pathsend" in extensions(scope):
        await start(send)
        await send({"type": "http.response.pathsend", "path": str(SENT_FILE)})
    else:
        await respond(send, b"no pathsend here")


async def small(scope: Scope, receive: Receive, send: Send) -> None:
    await respond(send, b"small")


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Echo a WebSocket's messages, and keep what it left with."""
    assert (await receive())["type"] == "websocket.connect"
    subprotocol = next(iter(scope["subprotocols"]), None)
    headers = [(b"x-from", b"site")]
    await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": headers})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") == "close":
            await send({"type": "websocket.close", "code": 4002, "reason": "as you wish"})
        elif message.get("text") == "scope":
            text = json.dumps(described(scope, receive, send))
            await send({"type": "websocket.send", "text": text})
        else:
            text_or_bytes = {key: message.get(key) for key in ("text", "bytes")}
            await send({"type": "websocket.send", **text_or_bytes})
    SEEN[name_of(scope)] = [described_message(message)]


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 4003})


async def deny(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    denial = "websocket.http.response"
    assert denial in extensions(scope)
    headers = [(b"x-from", b"site"), (b"content-length", b"12")]
    await send({"type": f"{denial}.start", "status": 401, "headers": headers})
    await send({"type": f"{denial}.body", "body": b"not ", "more_body": True})
    await send({"type": f"{denial}.body", "body": b"with us.", "more_body": False})


def name_of(scope: Scope) -> str:
    name: bytes = scope["query_string"]
    return name.decode()


def extensions(scope: Scope) -> dict[str, Any]:
    return scope.get("extensions") or {}


def described_message(message: Message) -> str:
    return repr(sorted(message.items()))


HTTP = {
    "show": show,
    "stream": stream,
    "release": release,
    "disconnect": wait_for_disconnect,
    "flood": flood,
    "seen": seen,
    "crash": crash,
    "early-hint": hint_early,
    "push": push,
    "trailers": trail,
    "path-send": send_path,
    "small": small,
}
WEBSOCKET = {"show": echo, "refuse": refuse, "deny": deny, "crash": crash}


async def other(scope: Scope, receive: Receive, send: Send) -> None:
    """The neighbour, who like Django knows nothing but HTTP."""
    if scope["type"] != "http":
        raise ValueError("only HTTP here")
    await respond(send, b"the neighbour", status=418)


async def failing(scope: Scope, receive: Receive, send: Send) -> None:
    """Fail on startup as Starlette does: answer so, and raise."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})
    raise ConnectionError("no database")


def is_welcome(scope: Scope, origin: str | None) -> bool:
    return origin == WELCOME


bare = site
routed = Dispatcher([Route(path_prefix("/other"), other), Route(path_prefix("/site"), site)])
by_default = Dispatcher(
    [Route(path_prefix("/other", "/neighbour"), other)],
    default=Dispatcher([Route(path_prefix("/elsewhere"), other)], default=site),
)
failing_behind = Dispatcher([Route(path_prefix("/site"), site)], default=failing)
stacked = stack(
    routed,
    (TrustedHostMiddleware, {"allowed_hosts": ["127.0.0.1"]}),
    (OriginGuard, {"allowed": is_welcome}),
)
