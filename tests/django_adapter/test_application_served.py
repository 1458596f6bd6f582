"""The same under a real server, which is what turns a refusal into a status on the wire."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from hypercorn.asyncio import serve
from hypercorn.config import Config

from django_adapter import DjangoOuterDispatcher
from tests.django_adapter.asgi import Inner

pytestmark = pytest.mark.urls(__name__)


def from_django(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"django at {request.path}")


urlpatterns = [re_path("", from_django)]


@pytest.fixture
async def served(settings: Any) -> AsyncIterator[tuple[Inner, str]]:
    """Serve the dispatcher by a real hypercorn, on a port that the system chooses."""
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    inner, stop = Inner(), asyncio.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{listening.getsockname()[1]}"
    config = Config()
    config.bind = [f"fd://{listening.detach()}"]  # hypercorn closes it
    app = DjangoOuterDispatcher(inner)
    serving = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))
    yield inner, address
    stop.set()
    await serving


async def test_a_websocket_elsewhere_is_refused_before_it_opens(
    served: tuple[Inner, str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    inner, address = served
    for where, origin in {
        "/": f"http://{address}",
        "/admin/": f"http://{address}",
        "/_eventual": f"http://{address}",
        "/_event/": "http://evil.com",
    }.items():
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(f"ws://{address}{where}", origin=websockets.Origin(origin))
        assert refusal.value.response.status_code == 403
    assert inner.seen == [("lifespan", "lifespan.startup")]
    assert "Traceback" not in capfd.readouterr().err + caplog.text


async def test_the_sites_own_websocket_opens_beside_django(
    served: tuple[Inner, str],
) -> None:
    inner, address = served
    own = websockets.Origin(f"http://{address}")
    opening = websockets.connect(f"ws://{address}/_event/", origin=own)
    async with opening, httpx.AsyncClient() as client:
        assert (await client.get(f"http://{address}/admin/")).text == "django at /admin/"
    assert inner.seen == [("lifespan", "lifespan.startup"), ("websocket", "/_event/")]
