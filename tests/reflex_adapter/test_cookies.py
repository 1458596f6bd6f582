"""The cookies an event sets: at once for its socket, and by a ticket for its browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.cookies import SimpleCookie

import httpx
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from tests.reflex_adapter.client import PROBE, REPORT, ROOT, EventClient, close_code, connected, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


async def ticket(tab: EventClient) -> dict[str, str]:
    """Return the headers with which the page in its browser would fetch its cookies."""
    await tab.receive_until(lambda tab: tab.scripts)
    script = tab.scripts[-1]
    headers: dict[str, str] = json.loads(script[script.index("headers: ") + len("headers: ") : -2])
    return {**headers, "Cookie": tab.visitor}


async def redeem(site: str, ticket: dict[str, str], **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as browser:
        given = {"Origin": site, **ticket, **headers}
        return await browser.post(f"{site}/_event_cookies", headers=given)


async def test_a_cookie_reaches_the_browser_unchanged(site: str) -> None:
    async with connected(site) as tab:
        await run(tab, "set_cookie", value="mint")
        answer = await redeem(site, await ticket(tab))
    cookie = SimpleCookie(answer.headers["set-cookie"])["flavour"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("mint", True, "Strict")


async def test_the_next_event_of_the_socket_has_the_cookie_at_once(site: str) -> None:
    async with connected(site, cookie="mine=1") as tab:
        await run(tab, "set_cookie", value="mint")
        await tab.call(f"{PROBE}.cookies")
        assert tab.var(PROBE, "seen") == "cookies=['flavour', 'mine', 'reflex_visitor']"


async def test_what_follows_a_cookie_waits_until_the_browser_has_it(site: str) -> None:
    async with connected(site) as tab:
        await tab.send(f"{PROBE}.remember_and_show", value="this")
        name = await ticket(tab)
        with pytest.raises(TimeoutError):
            await tab.receive(0.3)
        assert tab.var(PROBE, "seen") != "this"
        await redeem(site, name)
        await tab.receive()
        assert tab.var(PROBE, "seen") == "this"


async def test_a_cookie_of_middleware_that_did_not_change_is_not_sent_again(
    site: str, use_middleware: Callable[..., None]
) -> None:
    use_middleware("tests.probe.middleware.sets_a_cookie")
    async with connected(site) as tab:
        first = len(tab.scripts)
        await run(tab, "who")
        await run(tab, "who")
        assert (first, len(tab.scripts)) == (1, 1)


async def test_a_cookie_of_the_handler_is_sent_whatever_the_browser_has_by_now(site: str) -> None:
    async with connected(site) as tab:
        for name in ("set_cookie", "set_cookie", "drop_cookie", "drop_cookie"):
            await run(tab, name, **({"value": "mint"} if name == "set_cookie" else {}))
        assert len(tab.scripts) == 4


async def test_a_visitor_without_a_session_gets_one_that_lasts(site: str) -> None:
    async with connected(site) as tab:
        await run(tab, "remember", value="this")
        answer = await redeem(site, await ticket(tab))
        await run(tab, "remember", value="that")
    cookie = SimpleCookie(answer.headers["set-cookie"])[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert await Session.objects.acount() == 1
    async with connected(site, cookie=f"{cookie.key}={cookie.value}") as tab:
        await tab.call(f"{PROBE}.recall")
        assert tab.var(PROBE, "seen") == "remembered=that"


async def test_no_packet_shows_a_session_key(site: str) -> None:
    async with connected(site) as tab:
        await run(tab, "remember", value="this")
        await run(tab, "cookies")
        key = (await Session.objects.aget()).session_key
        assert key not in json.dumps([tab.state, tab.told])


async def test_a_header_that_a_proxy_adds_is_in_no_packet_and_on_the_request(site: str) -> None:
    """Reflex has all headers it sees in its state, and so has the page's JavaScript."""
    added = [("X-Remote-User", "the-word"), ("Proxy-Authorization", "the-word")]
    async with connected(site, headers=[*added, ("X-Forwarded-For", "203.0.113.9")]) as tab:
        await run(tab, "cookies")
        assert "the-word" not in json.dumps([tab.state, tab.told])
        shown = tab.var(ROOT, "rx_router_headers")
        assert (shown["origin"], shown["raw_headers"]["x-forwarded-for"]) == (site, "203.0.113.9")
        await tab.send(f"{REPORT}.look")
        await tab.receive_until(lambda tab: tab.var(REPORT, "found"))
        assert tab.var(REPORT, "found")["headers"].count("the-word") == 2


async def test_a_ticket_is_good_once(site: str) -> None:
    async with connected(site) as tab:
        await run(tab, "set_cookie", value="mint")
        name = await ticket(tab)
        assert (await redeem(site, name)).status_code == 204
        assert (await redeem(site, name)).status_code == 403


async def test_a_guess_is_no_ticket(site: str) -> None:
    assert (await redeem(site, {"x-event-cookies": "guess"})).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_another_site_cannot_redeem(site: str, origin: str) -> None:
    async with connected(site) as tab:
        await run(tab, "set_cookie", value="mint")
        name = await ticket(tab)
        assert (await redeem(site, name, Origin=origin)).status_code == 403
        assert (await redeem(site, name)).status_code == 204


async def test_a_browser_with_another_session_keeps_it(site: str, logged_in: str) -> None:
    """Another tab logged in after this one had connected."""
    async with connected(site) as tab:
        await run(tab, "remember", value="this")
        name = await ticket(tab)
        answer = await redeem(site, name, Cookie=f"{logged_in}; {tab.visitor}")
        assert "set-cookie" not in answer.headers
        assert await close_code(tab) == 4401


async def test_another_visitor_gets_nothing_for_a_ticket(site: str) -> None:
    async with connected(site) as tab, connected(site) as other:
        await run(tab, "set_cookie", value="mint")
        answer = await redeem(site, await ticket(tab), Cookie=other.visitor)
        assert "set-cookie" not in answer.headers
        assert await close_code(tab) == 4401


async def test_a_browser_that_keeps_no_cookies_gets_none_and_stays(site: str) -> None:
    """It would come back as it was, and be closed again at once if a page load sets a cookie."""
    async with connected(site) as tab:
        for handler in ("remember", "set_cookie"):  # a session comes first
            tab.told.clear()
            await run(tab, handler, value="mint")
            answer = await redeem(site, await ticket(tab), Cookie="")
            assert (answer.status_code, "set-cookie" in answer.headers) == (204, False)
        await run(tab, "who")
