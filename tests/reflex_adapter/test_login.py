"""Login and logout in a handler, with Django's own functions and each of its session engines."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import websockets
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache

from reflex_adapter.shown_messages import UNREAD
from tests.reflex_adapter.browsing import Browser, browser
from tests.reflex_adapter.client import (
    APP_STATE,
    LOGIN,
    PROBE,
    EventClient,
    close_code,
    connected,
    numbers,
)
from tests.reflex_adapter.serving import served_with

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

ENGINES = ["db", "cached_db", "cache", "cache in Redis", "file", "signed_cookies"]
ADA = {"username": "ada", "password": "secret"}


@asynccontextmanager
async def browser_of(**options: Any) -> AsyncIterator[Browser]:
    urls = "tests.probe.urls"
    async with served_with(ROOT_URLCONF=urls, **options) as address, browser(address) as visitor:
        yield visitor


@pytest.fixture
def ada(transactional_db: None) -> None:
    get_user_model().objects.create_user(**ADA, is_staff=True)


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(site: str, ada: None) -> AsyncIterator[Browser]:
    """Somebody at the site where ``ada`` has an account."""
    async with browser_of() as visitor:
        yield visitor


@pytest_asyncio.fixture(loop_scope="session", params=ENGINES)
async def visitor_of_engine(
    request: pytest.FixtureRequest, site: str, ada: None, tmp_path: Path
) -> AsyncIterator[Browser]:
    """The same, whatever the engine of the site's sessions."""
    engine, _, in_redis = request.param.partition(" in ")
    options: dict[str, Any] = {
        "SESSION_ENGINE": f"django.contrib.sessions.backends.{engine}",
        "SESSION_FILE_PATH": str(tmp_path),
    }
    if in_redis:
        location = request.getfixturevalue("redis_url")
        backend = "django.core.cache.backends.redis.RedisCache"
        options["CACHES"] = {"default": {"BACKEND": backend, "LOCATION": location}}
    async with browser_of(**options) as visitor:
        yield visitor
        await cache.aclear()


async def seen(tab: EventClient) -> str:
    """Return whom the next event of the tab is from; its socket may then be closed."""
    number = next(numbers)
    await tab.send(f"{LOGIN}.who", number=number)
    await tab.receive_until(lambda tab: str(tab.var(LOGIN, "seen")).startswith(f"{number} "))
    return str(tab.var(LOGIN, "seen")).split()[1]


async def viewed(visitor: Browser, **cookies: str) -> tuple[str, str | None]:
    """Return whom a view sees, and what is in the session; in another browser with ``cookies``."""
    if cookies:
        async with httpx.AsyncClient(base_url=visitor.address, cookies=cookies) as other:
            answer = (await other.get("/who/")).json()
    else:
        answer = await visitor.asks("/who/")
    return answer["user"], answer["session"].get("remembered")


@pytest.mark.parametrize("way", ["", "_from_a_thread"])
async def test_a_view_of_the_same_browser_sees_what_handlers_did(
    visitor_of_engine: Browser, way: str
) -> None:
    visitor = visitor_of_engine
    async with visitor.tab() as tab:
        await visitor.does(tab, f"{PROBE}.remember", value="this")
        assert await viewed(visitor) == ("", "this")

        await visitor.does(tab, f"{LOGIN}.log_in{way}", **ADA)
        assert (tab.var(LOGIN, "seen"), await seen(tab)) == ("user=ada", "user=ada")
        assert await viewed(visitor) == ("ada", "this")

        before = visitor.cookies[settings.SESSION_COOKIE_NAME]
        await visitor.does(tab, f"{LOGIN}.change_password{way}", password="another")
        assert await seen(tab) == "user=ada"
        assert await viewed(visitor) == ("ada", "this")
        assert await viewed(visitor, sessionid=before) == ("", None)

        await visitor.does(tab, f"{LOGIN}.log_out{way}")
        assert await seen(tab) == "user="
        assert await viewed(visitor) == ("", None)
        assert settings.SESSION_COOKIE_NAME not in visitor.cookies


async def test_the_tab_that_opens_next_is_logged_in(visitor_of_engine: Browser) -> None:
    visitor = visitor_of_engine
    async with visitor.tab() as tab:
        await visitor.does(tab, f"{LOGIN}.log_in", **ADA)
    async with visitor.tab() as tab:
        assert await seen(tab) == "user=ada"


async def test_what_a_view_wrote_a_handler_reads(visitor_of_engine: Browser) -> None:
    visitor = visitor_of_engine
    await visitor.asks("/praise/")
    async with visitor.tab() as tab:
        await tab.call(f"{PROBE}.recall")
        assert tab.var(PROBE, "seen") == "remembered=by a view"


async def test_a_logout_is_one_of_all_tabs(visitor: Browser) -> None:
    async with visitor.tab() as tab:
        await visitor.does(tab, f"{LOGIN}.log_in", **ADA)
        async with visitor.tab() as other:
            assert await seen(other) == "user=ada"
            await visitor.does(tab, f"{LOGIN}.log_out")
            assert await close_code(other) == 4401
        async with visitor.tab() as reopened:
            assert await seen(reopened) == "user="


async def test_so_it_is_with_signed_cookies_in_the_same_browser_only(site: str, ada: None) -> None:
    """The rest is no promise but a limit: nothing on the server could end such a session."""
    engine = "django.contrib.sessions.backends.signed_cookies"
    async with browser_of(SESSION_ENGINE=engine) as visitor, visitor.tab() as tab:
        await visitor.does(tab, f"{LOGIN}.log_in", **ADA)
        session = f"sessionid={visitor.cookies['sessionid']}"
        async with visitor.tab() as other, connected(visitor.address, cookie=session) as elsewhere:
            await visitor.does(tab, f"{LOGIN}.log_out")
            assert await close_code(other) == 4401
            assert await seen(elsewhere) == "user=ada"
        async with visitor.tab() as reopened:
            assert await seen(reopened) == "user="


async def test_every_state_finds_the_request_and_the_user_of_this_very_event(
    visitor: Browser,
) -> None:
    async with visitor.tab() as tab:
        for name, event in [("ada", "log_in"), ("", "log_out"), ("ada", "log_in")]:
            await visitor.does(tab, f"{LOGIN}.{event}", **(ADA if name else {}))
            await visitor.does(tab, f"{LOGIN}.look_around")
            assert tab.var(LOGIN, "seen") == f"1 {[name]} []"


async def test_a_logout_leaves_alone_what_else_is_in_the_cache(site: str, ada: None) -> None:
    engine = "django.contrib.sessions.backends.cache"
    async with browser_of(SESSION_ENGINE=engine) as visitor, visitor.tab() as tab:
        await cache.aset("weather", "fine")
        await visitor.does(tab, f"{LOGIN}.log_in", **ADA)
        await visitor.does(tab, f"{LOGIN}.log_out")
        assert await cache.aget("weather") == "fine"
        await cache.aclear()


@pytest.mark.parametrize("secure", [True, False])
async def test_the_cookie_of_a_login_is_as_the_settings_say(
    site: str, ada: None, secure: bool
) -> None:
    options = {"SESSION_COOKIE_SECURE": secure, "SESSION_COOKIE_SAMESITE": "Strict"}
    async with browser_of(**options) as visitor, visitor.tab() as tab:
        lines = await visitor.does(tab, f"{LOGIN}.log_in", **ADA)
    cookie = SimpleCookie("\r\n".join(lines))[settings.SESSION_COOKIE_NAME]
    flags = (cookie["httponly"], bool(cookie["secure"]), cookie["samesite"], cookie["path"])
    assert flags == (True, secure, "Strict", "/")
    assert int(cookie["max-age"]) == settings.SESSION_COOKIE_AGE


async def test_a_login_gets_a_session_key_that_nobody_knew(visitor: Browser) -> None:
    async with visitor.tab() as tab:
        await visitor.does(tab, f"{PROBE}.remember", value="this")
        before = visitor.cookies[settings.SESSION_COOKIE_NAME]
        await visitor.does(tab, f"{LOGIN}.log_in", **ADA)
        assert visitor.cookies[settings.SESSION_COOKIE_NAME] != before
        assert await viewed(visitor, sessionid=before) == ("", None)


async def test_a_login_that_fails_changes_nothing(visitor: Browser) -> None:
    async with visitor.tab() as tab:
        await visitor.does(tab, f"{PROBE}.remember", value="this")
        before = visitor.cookies
        assert await visitor.does(tab, f"{LOGIN}.log_in", username="ada", password="?") == []
        assert (tab.var(LOGIN, "seen"), visitor.cookies) == ("refused", before)
        assert await viewed(visitor) == ("", "this")


async def test_a_login_that_fails_leaves_who_is_logged_in(visitor: Browser) -> None:
    await visitor.log_in("ada")
    async with visitor.tab() as tab:
        assert await visitor.does(tab, f"{LOGIN}.log_in", username="bob", password="?") == []
        assert await seen(tab) == "user=ada"


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "md5$$another"}])
async def test_an_account_that_was_closed_is_nobody_at_the_next_event(
    visitor: Browser, change: dict[str, Any]
) -> None:
    await visitor.log_in("ada")
    async with visitor.tab() as tab:
        assert await seen(tab) == "user=ada"
        await get_user_model().objects.filter(username="ada").aupdate(**change)
        assert await seen(tab) == "user="


async def test_a_message_of_a_handler_is_shown_once(visitor: Browser) -> None:
    async with visitor.tab() as tab:
        await visitor.does(tab, f"{PROBE}.praise", text="said by a handler")
        assert (await visitor.asks("/who/"))["messages"] == []
        async with visitor.tab() as other:
            await seen(other)
            assert not other.var(APP_STATE, "shown_messages")


async def test_a_message_of_a_view_is_shown_once(visitor: Browser) -> None:
    await visitor.asks("/praise/")
    async with visitor.tab() as tab:
        shown = tab.var(APP_STATE, "shown_messages")  # the page's loading has brought it
        assert [message["message"] for message in shown] == ["said by a view"]
        await visitor.redeem(tab)
        assert (await visitor.asks("/who/"))["messages"] == []
        await asyncio.sleep(UNREAD)
        await seen(tab)
        assert not tab.var(APP_STATE, "shown_messages")


async def test_no_log_line_and_no_packet_has_what_a_cookie_says(
    visitor: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    """At any level, in whatever happens to the event; but for what our client itself logs."""
    secrets: set[str] = set()
    packets: list[Any] = []
    with caplog.at_level(logging.DEBUG):
        async with visitor.tab() as tab:
            for event, payload in [("log_in", ADA), ("look_around", {}), ("log_out", {})] * 2:
                await visitor.does(tab, f"{LOGIN}.{event}", **payload)
                secrets |= {value for value in visitor.cookies.values() if value}
            await visitor.does(tab, f"{PROBE}.boom")
            await visitor.does(tab, f"{PROBE}.remember", value="a guest")
            await visitor.log_in("ada")
            await tab.send(f"{PROBE}.remember", value="another guest")
            with contextlib.suppress(websockets.ConnectionClosed):  # the browser is ada's by now
                await visitor.does(tab, f"{PROBE}.set_cookie", value="mint")
            secrets |= {value for value in visitor.cookies.values() if value}
            packets += [tab.state, tab.told]
    theirs = ("websockets.", "httpx", "httpcore")
    lines = [it for it in caplog.records if not it.name.startswith(theirs)]
    told = "\n".join([*(caplog.handler.format(it) for it in lines), json.dumps(packets)])
    assert len(secrets) >= 4
    assert "ValueError: boom" in told
    assert [secret for secret in secrets if secret in told] == []
