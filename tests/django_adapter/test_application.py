"""Django is outside: it gets every path but the reserved ones, and nothing that is not HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from asgi_compose import ASGIApp, Route, path_prefix
from django_adapter import RESERVED_PREFIXES, DjangoOuterDispatcher, get_asgi_application
from django_adapter.handler import CompiledHandler
from tests.conftest import Header, ScopeFactory
from tests.django_adapter.asgi import Inner, first_message

pytestmark = [pytest.mark.urls(__name__), pytest.mark.usefixtures("only_our_middleware")]


def from_django(request: HttpRequest, where: str) -> HttpResponse:
    return HttpResponse(f"django {where} {request.path}")


urlpatterns = [
    path("admin/", from_django, {"where": "admin"}),
    re_path("", from_django, {"where": "catch-all"}),
]


@pytest.fixture
def only_our_middleware(settings: Any) -> None:
    settings.MIDDLEWARE = []
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]


INNER = [prefix + rest for prefix in RESERVED_PREFIXES for rest in ("", "/", "/x", "/x/y.js")]
DJANGO = {
    "/": "catch-all",
    "/admin/": "admin",
    "/_eventual": "catch-all",
    "/_EVENT": "catch-all",
    "/_uploads/x": "catch-all",
    "/pingpong": "catch-all",
    "/page/_event": "catch-all",
    "/event": "catch-all",
}


@pytest.mark.parametrize(
    ("path", "taker"),
    [(path, "inner") for path in INNER]
    + [(path, f"django {where} {path}") for path, where in DJANGO.items()],
)
async def test_the_reserved_paths_are_the_inner_applications_and_all_others_djangos(
    path: str, taker: str
) -> None:
    inner = Inner()
    transport = httpx.ASGITransport(DjangoOuterDispatcher(inner))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        for method in ("GET", "POST"):
            assert (await client.request(method, path)).text == taker
    assert inner.seen == ([("http", path)] * 2 if taker == "inner" else [])


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/_event", ([1], [])), ("/api/x", ([], [1])), ("/apis", ([], [])), ("/", ([], []))],
)
async def test_routes_are_asked_after_the_reserved_paths_and_before_django(
    http_scope: ScopeFactory, path: str, expected: tuple[list[int], list[int]]
) -> None:
    inner, beside = Inner(), Inner()
    taking = [Route(path_prefix("/api", "/_event"), beside)]
    await first_message(DjangoOuterDispatcher(inner, routes=taking), http_scope(path))
    assert ([1 for _ in inner.seen], [1 for _ in beside.seen]) == expected


async def test_other_paths_can_be_reserved(http_scope: ScopeFactory) -> None:
    inner = Inner()
    app = DjangoOuterDispatcher(inner, reserved=["/live"])
    await first_message(app, http_scope("/live/x"))
    await first_message(app, http_scope("/_event"))
    assert inner.seen == [("http", "/live/x")]


@pytest.mark.parametrize("path", ["/%5fevent", "//_event", "/x/../_event", "/_event/a%2Fb", "/\0"])
async def test_a_path_that_could_be_read_as_a_reserved_one_is_answered_400(
    http_scope: ScopeFactory, websocket_scope: ScopeFactory, path: str
) -> None:
    inner = Inner()
    app = DjangoOuterDispatcher(inner)
    assert (await first_message(app, http_scope(path)))["status"] == 400
    assert (await first_message(app, websocket_scope(path)))["type"] == "websocket.close"
    assert inner.seen == []


@pytest.mark.parametrize("path", ["/files/a%2Fb", "/a/../b", "/a//b", "/a\\b"])
async def test_a_path_that_no_reading_makes_a_reserved_one_is_djangos(
    http_scope: ScopeFactory, path: str
) -> None:
    assert (await first_message(DjangoOuterDispatcher(Inner()), http_scope(path)))["status"] == 200


async def test_a_host_that_is_not_allowed_does_not_reach_the_inner_application(
    http_scope: ScopeFactory, websocket_scope: ScopeFactory
) -> None:
    inner = Inner()
    app = DjangoOuterDispatcher(inner)
    own = [(b"origin", b"http://evil.com")]  # a name that evil.com's owner points at this server
    plain = http_scope("/ping", own, host=b"evil.com", method="GET")
    assert (await first_message(app, plain))["status"] == 400
    handshake = websocket_scope("/_event/", own, host=b"evil.com")
    assert (await first_message(app, handshake))["type"] == "websocket.close"
    assert inner.seen == []


OWN = (b"origin", b"http://testserver")
FOREIGN: dict[str, list[Header]] = {
    "foreign": [(b"origin", b"http://evil.com")],
    "look-alike": [(b"origin", b"http://testserver.evil.com")],
    "other scheme": [(b"origin", b"https://testserver")],
    "null": [(b"origin", b"null")],
    "doubled": [OWN, OWN],
    "own and foreign": [OWN, (b"origin", b"http://evil.com")],
    "unreadable": [(b"origin", b"http://testserver\xff")],
    "broken IPv6": [(b"origin", b"http://[::1")],
    "empty": [(b"origin", b"")],
    "missing, with cookies": [(b"cookie", b"sessionid=x")],
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
async def test_a_connection_of_another_site_never_reaches_the_inner_application(
    http_scope: ScopeFactory, websocket_scope: ScopeFactory, headers: list[Header]
) -> None:
    inner = Inner()
    app = DjangoOuterDispatcher(inner)
    denial = {"websocket.http.response": {}}
    handshake = await first_message(app, websocket_scope("/_event/", headers, extensions=denial))
    assert (handshake["type"], handshake["status"]) == ("websocket.http.response.start", 403)
    assert (await first_message(app, websocket_scope("/_event/", headers)))[
        "type"
    ] == "websocket.close"
    for method in ("POST", "PUT", "DELETE", "PATCH", "QUERY"):
        upload = await first_message(app, http_scope("/_upload", headers, method=method))
        assert upload["status"] == 403
    assert inner.seen == []

    assert (await first_message(app, http_scope("/ping", headers, method="GET")))["status"] == 200
    assert inner.seen == [("http", "/ping")]


@pytest.mark.parametrize("headers", [[], [OWN], [OWN, (b"cookie", b"sessionid=x")]])
async def test_a_connection_of_the_site_itself_reaches_the_inner_application(
    http_scope: ScopeFactory, websocket_scope: ScopeFactory, headers: list[Header]
) -> None:
    inner = Inner()
    app = DjangoOuterDispatcher(inner)
    assert await first_message(app, websocket_scope("/_event/", headers)) == {
        "type": "websocket.accept"
    }
    assert (await first_message(app, http_scope("/_upload", headers)))["status"] == 200
    assert inner.seen == [("websocket", "/_event/"), ("http", "/_upload")]


async def test_lifespan_reaches_the_inner_application_although_django_has_none() -> None:
    inner = Inner()
    server = ApplicationCommunicator(DjangoOuterDispatcher(inner), {"type": "lifespan"})
    for event in ("lifespan.startup", "lifespan.shutdown"):
        await server.send_input({"type": event})
        assert await server.receive_output() == {"type": f"{event}.complete"}
    await server.wait()
    assert inner.seen == [("lifespan", "lifespan.startup"), ("lifespan", "lifespan.shutdown")]


@pytest.mark.parametrize("compiled", [True, False])
async def test_http_is_served_over_the_compiled_chain_or_as_the_setting_says_by_django(
    settings: Any, compiled: bool
) -> None:
    settings.DJANGO_ADAPTER_COMPILED_CHAIN = compiled
    application = get_asgi_application()
    assert isinstance(application, ASGIHandler)
    assert isinstance(application, CompiledHandler) is compiled
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        assert (await client.get("/admin/")).text == "django admin /admin/"


@pytest.mark.parametrize("make", [get_asgi_application, lambda: DjangoOuterDispatcher(Inner())])
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("THREADS", 0, "DJANGO_ADAPTER_THREADS must be"),
        ("NON_BLOCKING", ["a.b"], "DJANGO_ADAPTER_NON_BLOCKING names 'a.b'"),
        ("COMPILED_CHAIN", "no", "DJANGO_ADAPTER_COMPILED_CHAIN must be True or False, not 'no'"),
        ("THREDS", 3, "no setting DJANGO_ADAPTER_THREDS. Did you mean DJANGO_ADAPTER_THREADS?"),
    ],
)
def test_none_is_made_while_a_setting_is_wrong(
    settings: Any, make: Callable[[], ASGIApp], name: str, value: object, said: str
) -> None:
    setattr(settings, f"DJANGO_ADAPTER_{name}", value)
    with pytest.raises(ImproperlyConfigured, match=re.escape(said)):
        make()


def test_django_in_another_place_is_none_while_a_setting_is_wrong(settings: Any) -> None:
    settings.DJANGO_ADAPTER_THREADS = "many"
    with pytest.raises(ImproperlyConfigured, match="DJANGO_ADAPTER_THREADS"):
        DjangoOuterDispatcher(Inner(), django=ASGIHandler())
