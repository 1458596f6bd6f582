"""The applications that a real server serves to be compared: bare, and behind our dispatcher."""

from __future__ import annotations

from asgi_compose import Dispatcher, Receive, Route, Scope, Send, path_prefix

BODY = b"hello"


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        raise ValueError(scope["type"])
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(BODY)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


async def never_reached(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError(f"{scope['type']} does not belong here.")


# As an application would have it: strict, a few prefixes, and ours is the last of them.
PREFIXES = [f"/app{number:04}" for number in range(8)]
behind_ours = Dispatcher(
    [Route(path_prefix(prefix), never_reached) for prefix in PREFIXES[:-1]]
    + [Route(path_prefix(PREFIXES[-1]), bare)],
    default=never_reached,
)
