"""The cookies of an event reach the browser, whichever process it asks for them."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
import redis as redis_client

from reflex_adapter.conf import TICKET_PATH
from reflex_adapter.connection import Connection
from reflex_adapter.cookie_tickets import PATIENCE, TICKET_HEADER, CookieTickets
from reflex_adapter.notices import own_channel
from reflex_adapter.other_processes import OtherProcesses
from reflex_adapter.ticket_safe import Cookies, label, seal, unseal
from tests.reflex_adapter.browsing import tickets
from tests.reflex_adapter.client import LOGIN, PROBE, EventClient, close_code, connected
from tests.reflex_adapter.own_process import OwnProcess
from tests.reflex_adapter.redis import RedisServer, redis_server
from tests.reflex_adapter.serving import free_port
from tests.reflex_adapter.several import Several, several

pytestmark = pytest.mark.asyncio(loop_scope="module")

TICKET = re.compile(r"x-event-cookies\W+([\w-]+)")
ADA = {"username": "ada", "password": "secret"}


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> Iterator[Several]:
    with several(tmp_path_factory.mktemp("several"), redis) as site:
        yield site


@asynccontextmanager
async def ticket_of_ada(site: Several) -> AsyncIterator[tuple[EventClient, dict[str, str]]]:
    """Log in by an event here; give the tab, and the headers by which its page asks for cookies."""
    async with connected(site.here.address) as tab:
        await tab.send(f"{LOGIN}.log_in", **ADA)
        await tab.receive_until(tickets)
        yield tab, {**tickets(tab)[0], "Cookie": tab.visitor}


async def redeem(server: OwnProcess, ticket: dict[str, str], **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as browser:
        given = {"Origin": server.address, **ticket, **headers}
        return await browser.post(f"{server.address}{TICKET_PATH}", headers=given)


async def test_a_login_here_is_fetched_there_and_holds_everywhere(site: Several) -> None:
    async with ticket_of_ada(site) as (tab, ticket):
        answer = await redeem(site.there, ticket)
    assert answer.status_code == 204
    cookie = SimpleCookie(answer.headers["set-cookie"])["sessionid"]
    assert cookie["httponly"]
    for server in site.servers:
        async with connected(server.address, cookie=f"sessionid={cookie.value}") as tab:
            assert tab.var(PROBE, "name") == "ada"


async def test_the_event_goes_on_once_they_are_fetched_there(site: Several) -> None:
    waits = []
    for _ in range(4):  # it would go on after a second in any case
        async with ticket_of_ada(site) as (tab, ticket):
            await redeem(site.there, ticket)
            since = time.monotonic()
            await tab.receive_until(lambda tab: tab.var(LOGIN, "seen") == "user=ada")
            waits.append(time.monotonic() - since)
    assert min(waits) < PATIENCE / 2


@pytest.mark.parametrize("first", ["here", "there"])
@pytest.mark.parametrize("second", ["here", "there"])
async def test_it_is_good_once(site: Several, first: str, second: str) -> None:
    async with ticket_of_ada(site) as (_, ticket):
        assert (await redeem(getattr(site, first), ticket)).status_code == 204
        answer = await redeem(getattr(site, second), ticket)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None)


async def test_who_has_another_session_by_now_keeps_it_and_its_tab_comes_back(
    site: Several,
) -> None:
    async with ticket_of_ada(site) as (tab, ticket):
        cookie = f"{tab.visitor}; sessionid=another"
        answer = await redeem(site.there, ticket, Cookie=cookie)
        assert (answer.status_code, answer.headers.get("set-cookie")) == (204, None)
        assert await close_code(tab) == 4401


async def test_another_visitor_gets_nothing_for_it(site: Several) -> None:
    async with ticket_of_ada(site) as (tab, ticket), connected(site.there.address) as other:
        answer = await redeem(site.there, ticket, Cookie=other.visitor)
        assert (answer.status_code, answer.headers.get("set-cookie")) == (204, None)
        assert await close_code(tab) == 4401


async def test_another_site_cannot_redeem_it(site: Several) -> None:
    async with ticket_of_ada(site) as (_, ticket):
        answer = await redeem(site.there, ticket, Origin="https://evil.example")
        assert answer.status_code == 403
        assert (await redeem(site.there, ticket)).status_code == 204


async def test_redis_shows_no_session_and_no_ticket_and_keeps_none_for_long(site: Several) -> None:
    async with ticket_of_ada(site) as (_, ticket):
        name = ticket["x-event-cookies"]
        with redis_client.Redis.from_url(site.redis.url) as client:
            key = f"{own_channel()}:{label(name)}"
            kept = client.get(key)
            assert isinstance(kept, bytes)
            assert 0 < int(client.ttl(key)) <= 30  # type: ignore[arg-type]
            names = b" ".join(client.scan_iter())
        answer = await redeem(site.there, ticket)
        session = SimpleCookie(answer.headers["set-cookie"])["sessionid"].value
        with redis_client.Redis.from_url(site.redis.url) as client:
            assert not client.exists(key)
    plain = base64.b64decode(kept.partition(b":")[0])
    for secret in (name, session, "sessionid"):
        assert secret.encode() not in plain + kept + names
    cookies = unseal(name, kept.decode())
    assert cookies is not None
    assert session in json.dumps(cookies.lines)


async def test_what_others_write_there_sets_no_cookie(site: Several) -> None:
    async with ticket_of_ada(site) as (_, ticket), ticket_of_ada(site) as (_, another):
        names = [each["x-event-cookies"] for each in (ticket, another)]
        mine, other = [f"{own_channel()}:{label(name)}" for name in names]
        with redis_client.Redis.from_url(site.redis.url) as client:
            client.rename(other, mine)  # what we have signed, for somebody else
        assert (await redeem(site.there, ticket)).status_code == 403
        assert (await redeem(site.there, another)).status_code == 403


async def test_what_is_sealed_is_for_its_ticket_alone() -> None:
    cookies = Cookies(["sessionid=ü; HttpOnly"], None, "visitor")
    sealed = seal("a ticket", cookies)
    assert unseal("a ticket", sealed) == cookies
    assert unseal("another", sealed) is None
    assert unseal("a ticket", f"A{sealed[1:]}") is None


async def test_where_redis_fails_the_process_itself_has_them(caplog: Any) -> None:
    others = OtherProcesses()
    others.connect(f"redis://127.0.0.1:{free_port()}")
    kept = CookieTickets(others)
    scope = {"type": "websocket", "headers": [(b"cookie", b"sessionid=old")]}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def redeem(event: Any) -> None:
        name = TICKET.search(str(event.args)).group(1).encode()  # type: ignore[union-attr]
        headers = [*scope["headers"], (TICKET_HEADER, name)]
        asked = {"type": "http", "method": "POST", "headers": headers}
        for _ in range(2):
            await kept(asked, send, send)

    tab = Connection(scope, send)
    await kept.hand_over(["sessionid=new"], "old", tab, lambda: tab, redeem)
    statuses = [message["status"] for message in sent if "status" in message]
    assert statuses == [204, 403]
    assert (b"set-cookie", b"sessionid=new") in sent[0]["headers"]
    assert caplog.text.count("Redis does not answer") == 1
    await others.broker.close()
