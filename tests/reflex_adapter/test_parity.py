"""A view and a handler of the same browser, on the same page, find the same request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.signing import Signer
from django.http import HttpResponse

from reflex_adapter.conf import TICKET_PATH, configuration
from reflex_adapter.visitor import SALT, new_visitor
from tests.probe.report import READS, READS_OF_THE_DATABASE
from tests.reflex_adapter.browsing import browser, tickets
from tests.reflex_adapter.client import REPORT, connected
from tests.reflex_adapter.serving import served_with

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

PAGE = "/report/42/t%C3%A9a/?a=1&a=2&b=%C3%A4&empty=&a+b=%2F%26"
ACCEPT = "text/html, application/json;q=0.9, */*;q=0.1"
HEADERS = [
    ("accept", ACCEPT),
    ("accept-language", "fr-CH, fr;q=0.9, de;q=0.7"),
    ("accept-encoding", "gzip"),
    ("user-agent", "a browser"),
    ("x-first", "1"),
    ("x-twice", "1"),
    ("x-twice", "2"),
    ("X-Forwarded-For", "203.0.113.9"),
]
VISITOR = f"{configuration().visitor_cookie}={Signer(salt=SALT).sign(new_visitor())}"
IN_FRONT = "django.middleware.locale.LocaleMiddleware"


@asynccontextmanager
async def site_with(**options: Any) -> AsyncIterator[str]:
    middleware = [*settings.MIDDLEWARE[:2], IN_FRONT, *settings.MIDDLEWARE[2:]]
    urls = "tests.probe.urls"
    async with served_with(MIDDLEWARE=middleware, ROOT_URLCONF=urls, **options) as address:
        yield address


@pytest.fixture
def cook(transactional_db: None) -> None:
    user = get_user_model().objects.create_user("ada", password="secret", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_product"))


async def cookies_of_a_visit(address: str) -> str:
    """Log in, be left a message, and bring cookies of other sorts along."""
    async with browser(address) as visitor:
        await visitor.log_in("ada")
        await visitor.asks("/praise/")
        answer = HttpResponse()
        answer.set_signed_cookie("signed", "kept", salt="pepper")
        return f"{visitor.cookie}; {answer.cookies['signed'].OutputString([])}; plain=1"


@dataclass
class Way:
    """How a browser reaches the ``server``: under which host, of which origin, with what else.

    It was there before, and so has the cookie of a visitor.
    """

    server: str
    headers: list[tuple[str, str]]
    host: str = ""
    origin: str = ""

    def __post_init__(self) -> None:
        self.host = self.host or urlsplit(self.server).netloc
        self.origin = self.origin or f"http://{self.host}"
        cookies = [value for name, value in self.headers if name == "cookie"]
        others = [pair for pair in self.headers if pair[0] != "cookie"]
        self.headers = [*others, ("cookie", "; ".join([*cookies, VISITOR]))]


async def request(way: Way, method: str, path: str, **more: str) -> httpx.Response:
    """Send the headers of ``way`` and nothing else that could make a difference."""
    named = [("host", way.host), ("origin", way.origin), *way.headers, *more.items()]
    async with httpx.AsyncClient() as http:
        request = http.build_request(method, f"{way.server}{path}")
        request.headers = httpx.Headers([(name, value.encode("latin-1")) for name, value in named])
        return await http.send(request)


async def by_http(way: Way) -> dict[str, str]:
    answer = await request(way, "GET", PAGE)
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


async def by_event(way: Way, handler: str) -> dict[str, str]:
    """Run the handler in a new tab that is on the page."""
    where = urlsplit(way.server)
    async with connected(
        f"http://{way.host}",
        origin=way.origin,
        server=(str(where.hostname), where.port or 80),
        headers=way.headers,
        page=PAGE,
        hydrate=False,
    ) as tab:
        await tab.send(f"{REPORT}.{handler}")
        await tab.receive_until(tickets)  # the token is new, or the message read
        assert (await request(way, "POST", TICKET_PATH, **tickets(tab)[0])).status_code == 204
        await tab.receive_until(lambda tab: tab.var(REPORT, "found"))
        found: dict[str, str] = tab.var(REPORT, "found")
        return found


async def see_the_same(*arguments: Any, **options: Any) -> dict[str, str]:
    """Compare what a view finds with what handlers do; return what all of them found."""
    way = Way(*arguments, **options)
    view = await by_http(way)
    assert view.keys() == READS.keys() | READS_OF_THE_DATABASE.keys()
    for handler in ("look", "look_in_thread", "look_in_steps"):
        event = await by_event(way, handler)
        assert event == {name: view[name] for name in event}
        assert event.keys() >= READS.keys()
    return view


async def test_somebody_who_is_logged_in(site: str, cook: None) -> None:
    async with site_with() as server:
        cookies = await cookies_of_a_visit(server)
        found = await see_the_same(server, [*HEADERS, ("cookie", cookies)])
    assert len(found) >= 30
    names = ("username", "language", "GET of one", "get_signed_cookie", "has_perm", "kwargs")
    assert [found[name] for name in names] == [
        *["'ada'", "'fr'", "'2'", "'kept'", "True", "[('number', 42), ('text', 'téa')]"]
    ]
    assert "said by a view" in found["messages"]
    assert "('remembered', 'by a view')" in found["session"]
    assert [name for name, what in found.items() if what.endswith("Error")] == []


async def test_a_stranger(site: str, transactional_db: None) -> None:
    async with site_with() as server:
        found = await see_the_same(server, HEADERS)
    assert found["is_authenticated"] == "False"
    assert found["get_signed_cookie"] == "KeyError"


async def test_behind_a_proxy_that_is_trusted(site: str, cook: None) -> None:
    trusted = {
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "USE_X_FORWARDED_HOST": True,
        "USE_X_FORWARDED_PORT": True,
        "ALLOWED_HOSTS": ["127.0.0.1", "shop.example"],
    }
    forwarded = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "shop.example:8443",
        "X-Forwarded-Port": "8443",
    }
    async with site_with() as server:
        cookies = await cookies_of_a_visit(server)
    async with site_with(**trusted) as server:
        headers = [*HEADERS, *forwarded.items(), ("cookie", cookies)]
        found = await see_the_same(server, headers, origin="https://shop.example:8443")
    names = ("scheme", "is_secure", "get_host", "get_port", "username")
    values = ["'https'", "True", "'shop.example:8443'", "'8443'", "'ada'"]
    assert [found[name] for name in names] == values


async def test_behind_a_proxy_that_is_not(site: str, transactional_db: None) -> None:
    forged = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example")]
    async with site_with() as server:
        found = await see_the_same(server, [*HEADERS, *forged])
    assert (found["scheme"], "evil" in found["get_host"]) == ("'http'", False)


async def test_a_host_that_is_an_address_of_ipv6(site: str, transactional_db: None) -> None:
    async with site_with() as server:
        found = await see_the_same(server, HEADERS, host="[::1]:8123")
    assert found["get_host"] == "'[::1]:8123'"


@pytest.mark.parametrize(
    "cookie",
    [
        "theme=dark",
        "name=\xc3\xa4\xe2\x82\xac; plain=1",  # UTF-8
        "name=\xe4; plain=1",  # Latin-1
        'quoted="a b\\073 c\\"d"; plain=1',
        "twice=1; twice=2; plain=1",
        "without; =value; plain=1;; ;x==y=;  spaced =  v",
        "plain=1; bad\tname=x; [json]={}; " + "x" * 300,
        ";",
        "=",
        "$Version=1; plain=1; $Path=/",
    ],
)
async def test_cookies_of_any_shape(site: str, transactional_db: None, cookie: str) -> None:
    async with site_with() as server:
        await see_the_same(server, [*HEADERS, ("cookie", cookie)])


async def test_headers_that_are_not_ascii(site: str, transactional_db: None) -> None:
    odd = [("x-utf-8", "\xc3\xa4"), ("x-latin", "\xe4"), ("x_under_score", "1"), ("x-empty", "")]
    async with site_with() as server:
        await see_the_same(server, [*HEADERS, *odd])


async def test_a_session_that_is_none_of_ours(site: str, transactional_db: None) -> None:
    async with site_with() as server:
        found = await see_the_same(server, [*HEADERS, ("cookie", "sessionid=made-up")])
    assert found["is_authenticated"] == "False"
