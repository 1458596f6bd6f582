"""A login that ends in one process closes the sockets it has in another, where there is a Redis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
import redis as redis_client
import websockets
from django.conf import settings
from django.core.signing import TimestampSigner, b62_encode
from django.test import override_settings

from reflex_adapter.notices import (
    MOST_AGE,
    SALT,
    Notice,
    Reader,
    channels,
    own_channel,
    signed,
)
from reflex_adapter.outage import REST
from tests.reflex_adapter.browsing import Browser, browser
from tests.reflex_adapter.client import LOGIN, PROBE, EventClient, close_code, connected, run
from tests.reflex_adapter.own_process import OwnProcess
from tests.reflex_adapter.redis import RedisServer, redis_server
from tests.reflex_adapter.several import Several, several
from tests.stopping.stoppable import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOUND = 5.0  # seconds; those of the contract are one, on a machine that does nothing else
DOWN, AGAIN = "Redis does not answer", "Redis answers again"
GET = "user = users().objects.get(username={!r})"


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> Iterator[Several]:
    with several(tmp_path_factory.mktemp("several"), redis) as site:
        yield site


@asynccontextmanager
async def logged_in(site: Several, name: str = "ada") -> AsyncIterator[tuple[Browser, EventClient]]:
    """Log in here; have an idle tab there."""
    async with browser(site.here.address) as her:
        await her.log_in(name)
        async with connected(site.there.address, cookie=her.cookie) as tab:
            assert tab.var(PROBE, "name") == name
            yield her, tab


async def closes(tab: EventClient, seconds: float = BOUND) -> bool:
    return await close_code(tab, seconds) == 4401


async def stays_open(tab: EventClient, seconds: float = 1.5) -> bool:
    with pytest.raises(TimeoutError):
        await tab.receive_until(lambda tab: False, seconds)
    return True


async def test_a_logout_here_closes_an_idle_socket_there(site: Several) -> None:
    await a_logout_here_closes_it_there(site)


async def a_logout_here_closes_it_there(site: Several) -> None:
    async with logged_in(site, "bob") as (_, other), logged_in(site) as (her, tab):
        before = len(tab.updates)
        await log_out(her)
        assert await closes(tab)
        assert len(tab.updates) == before
        await run(other, "who")


async def test_so_does_a_logout_by_an_event(site: Several) -> None:
    async with (
        logged_in(site) as (her, tab),
        connected(site.here.address, cookie=her.cookie) as own,
    ):
        await own.send(f"{LOGIN}.log_out")
        assert await closes(tab)
        await run(own, "who")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("ada", "user.set_password('secret'); user.save()"),
        ("dan", "user.is_active = False; user.save()"),
        ("eve", "user.delete()"),
    ],
)
async def test_a_process_that_serves_nothing_tells_too(
    site: Several, name: str, change: str
) -> None:
    async with logged_in(site, "bob") as (_, other), logged_in(site, name) as (_, tab):
        await site.shell(f"{GET.format(name)}; {change}")
        assert await closes(tab)
        await run(other, "who")


async def test_it_tells_when_others_can_see_what_it_has_changed(site: Several) -> None:
    code = """
from django.db import transaction
with transaction.atomic():
    user.save()
    user.set_password("secret")
    user.save()
    import time
    time.sleep(1)
"""
    async with logged_in(site) as (_, tab):
        await site.shell(f"{GET.format('ada')}\n{code}")
        assert await closes(tab)


async def test_a_login_that_stands_is_asked_about_and_left_alone(site: Several) -> None:
    async with logged_in(site) as (_, tab):
        await site.shell(f"{GET.format('ada')}; user.email = 'ada@example.com'; user.save()")
        assert await stays_open(tab)
        await run(tab, "who")


async def test_disconnect_closes_sockets_there_and_counts_those_here(site: Several) -> None:
    code = "from reflex_adapter import disconnect; print('closed', disconnect(user))"
    async with logged_in(site, "bob") as (_, other), logged_in(site) as (_, tab):
        assert "closed 0" in await site.shell(f"{GET.format('ada')}; {code}")
        assert await closes(tab)
        await run(other, "who")


def published(site: Several, data: str | bytes) -> int:
    """Publish on the site's channel; return how many have heard it."""
    with redis_client.Redis.from_url(site.redis.url) as client:
        heard: int = client.publish(own_channel(), data)
    return heard


async def test_what_is_not_signed_or_too_old_closes_nothing(site: Several) -> None:
    account = (await site.shell(f"{GET.format('ada')}; print('pk', user.pk)")).split()[-1]
    notice = Notice("disconnect", account, "somebody")
    with override_settings(SECRET_KEY="a key that is not the site's, whatever it may be"):
        forged = signed(notice)
    async with logged_in(site) as (_, tab):
        for data in (forged, b"\xff", "{}", "x" * 10_000, signed(notice)[:-1], old(notice)):
            assert published(site, data) == 2
        assert published(site, signed(Notice("of another version", account, ""))) == 2
        assert await stays_open(tab)
        assert published(site, signed(notice)) == 2  # it was not for another reason
        assert await closes(tab)
    for server in (site.here, site.there):
        assert server.log.read_text().count("no notice of ours") == 1


class Earlier(TimestampSigner):
    def timestamp(self) -> str:
        return b62_encode(int(time.time()) - MOST_AGE - 5)


def old(notice: Notice) -> str:
    return Earlier(salt=SALT).sign_object(asdict(notice))


async def test_while_the_secret_is_replaced_old_processes_are_heard() -> None:
    notice = Notice("doubt", "1", "somebody")
    text, channel = signed(notice), own_channel()
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert Reader().read(text.encode()) == notice
        assert channel in channels()
        assert own_channel() != channel


async def test_nothing_that_is_published_shows_a_session(site: Several) -> None:
    with redis_client.Redis.from_url(site.redis.url) as client, client.pubsub() as channel:
        channel.subscribe(own_channel())
        async with logged_in(site) as (her, tab):
            await site.shell(f"{GET.format('ada')}; user.set_password('secret'); user.save()")
            assert await closes(tab)
        told = []
        while (message := channel.get_message(timeout=0.2)) is not None:
            told.append(message["data"])
    assert len(told) == 2, told  # of the subscription, and one
    assert her.cookies["sessionid"] not in str(told)


async def test_a_session_that_begins_here_reaches_an_open_tab_there(site: Several) -> None:
    with redis_client.Redis.from_url(site.redis.url) as client, client.pubsub() as channel:
        channel.subscribe(own_channel())
        async with browser(site.here.address) as her, connected(site.there.address) as anothers:
            async with her.tab():
                pass  # and a visitor by now
            async with connected(site.there.address, cookie=her.cookie) as tab:
                await her.log_in("ada")
                assert await closes(tab)
            assert await stays_open(anothers)
        told = []
        while (message := channel.get_message(timeout=0.2)) is not None:
            told.append(message["data"])
    assert her.cookies["sessionid"] not in str(told)


def said(server: OwnProcess, text: str) -> int:
    """Return how often the server has logged this."""
    return server.log.read_text().count(text)


def all_said(site: Several) -> list[int]:
    return [said(each, text) for each in site.servers for text in (DOWN, AGAIN)]


async def log_out(her: Browser) -> None:
    token = {"csrfmiddlewaretoken": her.cookies["csrftoken"]}
    assert (await her.http.post("/admin/logout/", data=token)).status_code == 200


async def test_without_redis_people_log_out_and_afterwards_it_is_made_up_for(
    site: Several, redis: RedisServer
) -> None:
    before = all_said(site)
    async with logged_in(site) as (her, tab):
        redis.stop()
        await until(lambda: all_said(site)[::2] == [n + 1 for n in before[::2]])
        since = time.monotonic()
        await log_out(her)
        assert time.monotonic() - since < 3
        redis.start()
        assert await closes(tab, 15)
    assert all_said(site) == [n + 1 for n in before]
    await a_logout_here_closes_it_there(site)


@pytest.mark.parametrize("how", ["stopped", "hanging"])
async def test_without_redis_a_socket_is_refused_soon_and_taken_afterwards(
    site: Several, redis: RedisServer, how: str
) -> None:
    log = site.there.log
    async with connected(site.there.address) as tab:
        before = len(log.read_text().splitlines())
        with redis.away(how):
            for _ in range(2):
                since = time.monotonic()
                visits = [refusal(site.there, tab.visitor) for _ in range(10)]
                assert await asyncio.gather(*visits) == [(503, "10")] * 10
                assert time.monotonic() - since < 3
            ours = [line for line in log.read_text().splitlines()[before:] if "Socket" in line]
    assert len(ours) <= 20  # REFLEX_DJANGO_SOCKET_MAX_LOG_LINES
    await both_take_sockets(site)


async def both_take_sockets(site: Several) -> None:
    await asyncio.sleep(REST)
    for server in site.servers:
        async with connected(server.address) as tab:
            await run(tab, "who")


async def refusal(server: OwnProcess, visitor: str) -> tuple[int, str]:
    """Return the status with which a handshake is refused, and after what time to come back."""
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with connected(server.address, visitor=visitor):
            pass
    response = refused.value.response
    return response.status_code, response.headers["retry-after"]


async def test_sockets_that_are_refused_while_redis_hangs_keep_nothing_from_being_told(
    site: Several, redis: RedisServer
) -> None:
    await a_logout_here_closes_it_there(site)  # by a connection that is there from now on
    async with logged_in(site) as (her, tab):
        with redis.away("hanging"):
            for server in site.servers:
                assert await refusal(server, tab.visitor) == (503, "10")
            await log_out(her)
        assert await closes(tab)
    await both_take_sockets(site)


async def test_without_redis_it_starts_and_hears_when_there_is_one(tmp_path: Path) -> None:
    with redis_server() as redis:
        redis.stop()
        with several(tmp_path, redis) as site:
            async with browser(site.here.address) as her:
                await her.log_in("ada")
            redis.start()
            await until(lambda: all(said(each, AGAIN) for each in site.servers))
            assert [said(each, DOWN) for each in site.servers] == [1, 1]
            await a_logout_here_closes_it_there(site)
