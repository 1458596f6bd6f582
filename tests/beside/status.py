"""A Starlette of its own, for requests and WebSockets at one path."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket


def told(request: Request) -> PlainTextResponse:
    return PlainTextResponse("well " * 100)


async def streamed(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("well")
    await socket.close()


status = Starlette(routes=[Route("/status", told), WebSocketRoute("/status", streamed)])
