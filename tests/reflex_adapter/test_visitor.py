"""The cookie of a visitor: who gets one, what it looks like, and what passes for one."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.core.signing import Signer
from django.http import HttpResponse
from django.test import Client, override_settings

from reflex_adapter.visitor import SALT, bound_token, new_visitor, visitor_of
from tests.reflex_adapter.client import PROBE, connected

COOKIE = "reflex_visitor"
PAGES, FILES = ["/", "/item/42", "/cart"], ["/assets/app-1.js", "/favicon.ico"]

on_site = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Client]:
    for name in ("index.html", "404.html", "cart.html", "assets/app-1.js", "favicon.ico"):
        file = tmp_path / "_reflex" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    with override_settings(STATIC_ROOT=tmp_path):
        yield Client()


def given_on(page: HttpResponse | Any) -> str | None:
    """Return the visitor that the answer makes of whoever has asked."""
    return visitor_of({COOKIE: page.cookies[COOKIE].value}) if COOKIE in page.cookies else None


@pytest.mark.parametrize("path", PAGES)
def test_who_asks_for_a_page_becomes_a_visitor_and_stays_one(browser: Client, path: str) -> None:
    assert given_on(browser.get(path))
    for again in PAGES:
        assert given_on(browser.get(again)) is None


def test_each_is_a_visitor_of_their_own(browser: Client) -> None:
    assert len({given_on(Client().get("/")) for _ in range(3)}) == 3


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_caches_may_share_brings_no_cookie(browser: Client, path: str) -> None:
    answer = browser.get(path)
    assert not answer.cookies
    assert not answer.has_header("Vary")


def test_a_page_with_a_cookie_in_it_is_in_no_shared_cache(browser: Client) -> None:
    first, second = browser.get("/"), browser.get("/")
    assert "private" in first["Cache-Control"]
    assert second["Cache-Control"] == "private, no-cache"
    assert (first["Vary"], second["Vary"]) == ("Cookie", "Cookie")


def test_who_has_the_page_but_no_cookie_gets_the_cookie_alone(browser: Client) -> None:
    etag = browser.get("/")["ETag"]
    answer = Client().get("/", headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert given_on(answer)
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("options", "secure"),
    [
        ({}, False),
        ({"SESSION_COOKIE_SECURE": True}, True),
        ({"SECURE_PROXY_SSL_HEADER": ("HTTP_X_SCHEME", "https")}, True),
    ],
)
def test_no_script_and_no_other_site_gets_it(
    browser: Client, options: dict[str, Any], secure: bool
) -> None:
    with override_settings(**options):
        cookie = browser.get("/", headers={"X-Scheme": "https"}).cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert (bool(cookie["secure"]), cookie["domain"]) == (secure, "")
    assert cookie["max-age"] > 300 * 24 * 3600


@pytest.mark.parametrize(
    ("same_site", "expected"), [("None", "None"), ("Lax", "Lax"), ("Strict", "Lax"), (False, "")]
)
def test_it_goes_where_the_session_cookie_goes(
    browser: Client, settings: Any, same_site: Any, expected: str
) -> None:
    settings.SESSION_COOKIE_SAMESITE = same_site
    settings.SESSION_COOKIE_DOMAIN = "shop.example"
    cookie = browser.get("/").cookies[COOKIE]
    assert (cookie["samesite"], cookie["domain"]) == (expected, "shop.example")


def test_it_can_be_renamed(browser: Client) -> None:
    with override_settings(REFLEX_DJANGO_VISITOR_COOKIE="guest", SESSION_COOKIE_PATH="/sub"):
        [(name, cookie)] = browser.get("/").cookies.items()
    assert (name, cookie["path"]) == ("guest", "/sub")


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "x",
            "x" * 43,
            new_visitor(),
            f"{new_visitor()}:",
            "a:b:c",
            ":",
            "\u00e9",
            "x" * 5000,
        ),
        Signer(salt="another").sign(new_visitor()),
        Signer(salt=SALT, key="of somebody else").sign(new_visitor()),
        Signer(salt=SALT).sign(new_visitor())[1:],
    ],
    ids=range(12),  # they are others in each process
)
def test_what_we_have_not_signed_is_no_visitor(browser: Client, value: str) -> None:
    browser.cookies[COOKIE] = value
    assert given_on(browser.get("/"))


def test_a_visitor_outlives_a_change_of_key(browser: Client, settings: Any) -> None:
    visitor = given_on(browser.get("/"))
    old, settings.SECRET_KEY = settings.SECRET_KEY, "the new key"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert given_on(browser.get("/")) == visitor, "It was not signed again."
    assert given_on(browser.get("/")) is None
    settings.SECRET_KEY_FALLBACKS = []
    assert given_on(browser.get("/")) is None
    settings.SECRET_KEY = "a third key"
    assert given_on(browser.get("/")) not in (None, visitor)


TOKENS = ["", "a", "a" * 100_000, "\u00e9\ud800", "../..", "a\0b", "A"]


def test_any_text_is_a_token_and_each_leads_elsewhere() -> None:
    visitors = [new_visitor(), new_visitor()]
    bound = {bound_token(visitor, token) for visitor in visitors for token in TOKENS}
    assert len(bound) == 2 * len(TOKENS)
    assert {len(token) for token in bound} == {64}
    assert all(token.isalnum() for token in bound)


class TestHandshake:
    pytestmark = on_site

    async def test_who_has_no_cookie_gets_one_with_the_handshake(self, site: str) -> None:
        async with connected(site) as tab:
            assert tab.socket.response is not None
            [line] = tab.socket.response.headers.get_all("set-cookie")
        cookie = SimpleCookie(line)[COOKIE]
        assert visitor_of({COOKIE: cookie.value})
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")

    async def test_who_has_one_keeps_it(self, site: str) -> None:
        async with connected(site) as tab:
            pass
        async with connected(site, visitor=tab.visitor) as tab:
            assert tab.socket.response is not None
            assert "set-cookie" not in tab.socket.response.headers

    @pytest.mark.parametrize("value", ["", "x", f"{new_visitor()}:x", '"'], ids=range(4))
    async def test_who_has_made_one_up_gets_another(self, site: str, value: str) -> None:
        async with connected(site, cookie=f"{COOKIE}={value}") as tab:
            assert visitor_of({COOKIE: tab.visitor.partition("=")[2]})
            await tab.call(f"{PROBE}.cookies")
            assert tab.var(PROBE, "seen") == f"cookies=['{COOKIE}']"
