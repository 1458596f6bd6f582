import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.beside.settings")
from starlette.middleware.gzip import GZipMiddleware

from asgi_compose import Middleware, OriginGuard, Route, path_exact, path_prefix, scope_type
from django_adapter import origin_allowed
from reflex_adapter.asgi_entry import build_application
from tests.beside.api import api
from tests.beside.chat import chat
from tests.beside.status import status


def named(app):
    async def with_name(scope, receive, send):
        async def send_named(message):
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"x-by", b"stack")]}
            await send(message)

        await app(scope, receive, send_named)

    return with_name


application = build_application(
    routes=[
        Route(path_prefix("/api"), api, mount=True),
        Route(path_prefix("/ws") & scope_type("websocket"), chat),
        Route(path_exact("/status"), OriginGuard(status, allowed=origin_allowed)),
    ],
    stack=[named, Middleware(GZipMiddleware, minimum_size=100)],
)
