"""Ask an application what a browser would ask a server, without the server and the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from asgi_compose import ASGIApp, Scope


@dataclass
class Answer:
    """A response as it left the application; of an ASGI application also the client it was for."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    asked: bool = False

    async def receive(self) -> dict[str, Any]:
        """Give the request, which has no body, and then nothing: the client stays."""
        if self.asked:
            await asyncio.get_running_loop().create_future()
        self.asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")


async def over_asgi(app: ASGIApp, scope: Scope) -> Answer:
    answer = Answer()
    await app(dict(scope), answer.receive, answer.send)
    return answer


def over_wsgi(app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> Answer:
    answer = Answer()

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        answer.status, answer.headers = int(status.split()[0]), dict(headers)

    response = app({**environ, "wsgi.input": BytesIO()}, start_response)
    answer.body = b"".join(response)
    response.close()  # type: ignore[attr-defined]
    return answer


def environ_of(scope: Scope) -> dict[str, Any]:
    """Return what a WSGI server would make of the same request."""
    headers = {
        f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode()
        for name, value in scope["headers"]
    }
    return headers | {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"],
        "QUERY_STRING": "",
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
    }
