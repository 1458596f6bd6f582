"""What a script of another site may ask of Reflex's own paths: as much as Django's rule says.

Reflex has a list of origins for that, which is left empty: it knows neither the site's own origin
nor wildcards, and its socket server would refuse whoever is not on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from asgi_compose import ASGIApp, Message, Receive, Scope, Send, refuse
from asgi_compose.asgi import header_values
from django_adapter import origin_allowed

ECHOED = {  # what a preflight asks for, and is told that it may have
    b"access-control-request-method": b"access-control-allow-methods",
    b"access-control-request-headers": b"access-control-allow-headers",
}
MAX_AGE = (b"access-control-max-age", b"600")  # seconds, as Reflex has it


class CrossOrigin:
    """Answers preflights, 403 if the origin is foreign, and lets trusted origins read answers.

    Headers that ``app`` sets for that are replaced.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origins = header_values(scope, "origin") if scope["type"] == "http" else []
        if not origins:
            await self.app(scope, receive, send)
            return
        allowed = len(origins) == 1 and origin_allowed(scope, origins[0])
        headers = headers_for(origins[0]) if allowed else []
        if scope["method"] != "OPTIONS":
            await self.app(scope, receive, with_headers(send, headers))
        elif allowed:
            await answer_preflight(scope, send, headers)
        else:
            await refuse(scope, receive, send, status=403, text="Your origin is foreign here.")


def headers_for(origin: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
    ]


async def answer_preflight(scope: Scope, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
    asked = [(name.lower(), value) for name, value in scope["headers"]]
    told = [(ECHOED[name], value) for name, value in asked if name in ECHOED]
    start = {"type": "http.response.start", "status": int(HTTPStatus.NO_CONTENT)}
    await with_headers(send, [*headers, *told, MAX_AGE])({**start, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def with_headers(send: Send, own: list[tuple[bytes, bytes]]) -> Send:
    """Return a ``send`` that puts ``own`` in the place of all headers of this kind."""

    async def with_own(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", ())
            others = [pair for pair in headers if not is_cross_origin(pair[0])]
            message = {**message, "headers": [*others, *own, varying_by_origin(headers)]}
        await send(message)

    return with_own


def is_cross_origin(name: bytes) -> bool:
    return name.lower() == b"vary" or name.lower().startswith(b"access-control-")


def varying_by_origin(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
    """Return the one ``Vary`` in the place of those among ``headers``: ``Origin`` once, and all."""
    said = [value for name, value in headers if name.lower() == b"vary"]
    names = [name.strip() for name in b",".join(said).split(b",")]
    others = dict.fromkeys(name for name in names if name and name.lower() != b"origin")
    return b"vary", b", ".join([*others, b"Origin"])
