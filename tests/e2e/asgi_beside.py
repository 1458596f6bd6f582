"""The shop with a Starlette at ``/live``, which says so to requests and WebSockets."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from asgi_compose import Route as Beside
from asgi_compose import path_prefix
from reflex_adapter.asgi_entry import build_application


def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse("live")


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("live")
    await socket.receive()


live = Starlette(routes=[Route("/", page), WebSocketRoute("/stream", stream)])
application = build_application(routes=[Beside(path_prefix("/live"), live, mount=True)])
