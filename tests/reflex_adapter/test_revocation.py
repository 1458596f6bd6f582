"""A login that ends while no event comes by its sockets: they are closed, and sent nothing more."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import AsyncClient
from reflex.istate.shared import UPDATE_OTHER_CLIENT_TASKS

from reflex_adapter.conf import configuration
from tests.probe.slow import gate
from tests.reflex_adapter.client import (
    LOGIN,
    NEIGHBOUR,
    PROBE,
    SLOW,
    SWITCHING,
    EventClient,
    close_code,
    connected,
    run,
)
from tests.reflex_adapter.test_background import noted

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]
Use = Callable[..., None]


@pytest_asyncio.fixture(loop_scope="session")
async def every_second(settings: Any) -> None:
    await asyncio.sleep(1.2)  # sockets of the tests before, which are being closed
    settings.REFLEX_DJANGO_REVALIDATE_SECONDS = 1


def adas() -> Any:
    return get_user_model().objects.filter(username="ada")


# Endings that no signal tells of, in this process or any.


async def session_deleted() -> None:
    await Session.objects.all().adelete()


async def session_expired() -> None:
    await Session.objects.aupdate(expire_date=datetime(2020, 1, 1, tzinfo=UTC))


async def password_replaced() -> None:
    await adas().aupdate(password="another")


async def user_deactivated() -> None:
    await adas().aupdate(is_active=False)


UNTOLD = [session_deleted, session_expired, password_replaced, user_deactivated]


# Those that Django tells of.


async def password_changed() -> None:
    ada = await adas().aget()
    ada.set_password("another")
    await ada.asave()


async def user_saved_as_inactive() -> None:
    ada = await adas().aget()
    ada.is_active = False
    await ada.asave()


async def user_deleted() -> None:
    await (await adas().aget()).adelete()


TOLD = [password_changed, user_saved_as_inactive, user_deleted]


async def user_seen_by(tab: EventClient) -> str:
    await tab.send(f"{PROBE}.who")
    await tab.receive_until(lambda tab: str(tab.var(PROBE, "seen")).startswith("user="))
    return str(tab.var(PROBE, "seen"))


async def stays_open(tab: EventClient, seconds: float) -> None:
    with pytest.raises(TimeoutError):
        await tab.receive_until(lambda tab: False, seconds)


@pytest.mark.parametrize("end", UNTOLD)
async def test_an_idle_socket_is_closed_in_time_and_sent_nothing(
    site: str, logged_in: str, every_second: None, end: Any
) -> None:
    async with connected(site) as guest, connected(site, cookie=logged_in) as tab:
        before = len(tab.updates)
        await end()
        assert await close_code(tab, 5) == 4401
        assert len(tab.updates) == before
        await run(guest, "who")


@pytest.mark.parametrize("end", TOLD)
async def test_what_django_tells_of_counts_at_once(site: str, logged_in: str, end: Any) -> None:
    async with connected(site) as guest, connected(site, cookie=logged_in) as tab:
        await end()
        assert await close_code(tab, 5) == 4401
        await run(guest, "who")


async def test_a_logout_by_a_view_counts_at_once(site: str, logged_in: str) -> None:
    await adas().aupdate(is_staff=True)
    browser = AsyncClient()
    browser.cookies.load(logged_in)
    async with connected(site, cookie=logged_in) as tab:
        await browser.post("/admin/logout/")
        assert await close_code(tab, 5) == 4401


@pytest.mark.parametrize("engine", ["cached_db", "cache", "file", "signed_cookies"])
async def test_it_is_asked_wherever_sessions_are_kept(
    site: str,
    user: Any,
    engine: str,
    settings: Any,
    tmp_path: Any,
    use_middleware: Use,
    every_second: None,
) -> None:
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    settings.SESSION_FILE_PATH = tmp_path
    use_middleware()
    browser = AsyncClient()
    await browser.aforce_login(user)
    async with connected(site, cookie=f"sessionid={browser.cookies['sessionid'].value}") as tab:
        assert tab.var(PROBE, "name") == "ada"
        await stays_open(tab, 1.5)
        await password_replaced()
        assert await close_code(tab, 5) == 4401


@pytest.mark.parametrize("handler", ["log_out", "log_out_from_a_thread"])
async def test_a_logout_in_one_tab_closes_the_others_and_not_itself(
    site: str, logged_in: str, handler: str
) -> None:
    async with (
        connected(site, cookie=logged_in) as tab,
        connected(site, cookie=logged_in) as other,
    ):
        await tab.send(f"{LOGIN}.{handler}")
        assert await close_code(other, 6) == 4401
        assert await user_seen_by(tab) == "user="


@pytest.mark.parametrize("handler", ["change_password", "change_password_from_a_thread"])
async def test_a_new_password_in_one_tab_closes_the_others_and_not_itself(
    site: str, logged_in: str, handler: str
) -> None:
    async with (
        connected(site, cookie=logged_in) as tab,
        connected(site, cookie=logged_in) as other,
    ):
        await tab.send(f"{LOGIN}.{handler}", password="another")
        assert await close_code(other, 6) == 4401
        assert await user_seen_by(tab) == "user=ada"


async def test_another_login_in_one_tab_closes_the_others(site: str, logged_in: str) -> None:
    await get_user_model().objects.acreate_user("bob", password="secret")
    async with (
        connected(site, cookie=logged_in) as tab,
        connected(site, cookie=logged_in) as other,
    ):
        await tab.send(f"{LOGIN}.log_in", username="bob", password="secret")
        assert await close_code(other, 6) == 4401
        assert await user_seen_by(tab) == "user=bob"


async def test_the_tab_has_its_new_cookies_before_others_of_its_browser_are_closed(
    site: str, logged_in: str
) -> None:
    """They would come back with the old cookie, and have Django delete the new one's place."""
    async with (
        connected(site, cookie=logged_in) as tab,
        connected(site, cookie=logged_in) as other,
    ):
        closed = asyncio.create_task(close_code(other, 6))
        await tab.send(f"{LOGIN}.change_password", password="another")
        await tab.receive_until(lambda tab: tab.scripts)  # the ticket, which it does not redeem
        await asyncio.sleep(0.6)
        assert not closed.done()
        assert await closed == 4401


async def test_who_comes_back_with_a_dead_session_is_not_closed_again(
    site: str, logged_in: str, every_second: None
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await password_replaced()
        assert await close_code(tab, 5) == 4401
    async with connected(site, cookie=logged_in) as tab:
        await stays_open(tab, 2.5)
        await run(tab, "who")


async def test_who_is_known_without_a_session_is_left_alone(
    site: str, logged_in: str, every_second: None, use_middleware: Use
) -> None:
    use_middleware("tests.probe.middleware.known_by_header")
    async with connected(site, headers=[("X-Known-As", "ada")]) as tab:
        assert tab.var(PROBE, "name") == "ada"
        await session_deleted()
        await stays_open(tab, 2.5)
        await run(tab, "who")


async def test_being_asked_about_changes_no_session(
    site: str, logged_in: str, every_second: None, settings: Any
) -> None:
    """Django gives a session of an old secret key a new one, of which the browser hears nothing."""
    async with connected(site, cookie=logged_in) as tab:
        before = [session async for session in Session.objects.values()]
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another"
        await stays_open(tab, 2.5)
        assert [session async for session in Session.objects.values()] == before


async def test_a_shared_state_tells_no_tab_whose_login_has_ended(site: str, logged_in: str) -> None:
    room = uuid.uuid4().hex
    async with connected(site, cookie=logged_in) as tab, connected(site) as guest:
        for each in (tab, guest):
            await each.send(f"{NEIGHBOUR}.enter", room=room)
            await run(each, "who")
        await asyncio.gather(*UPDATE_OTHER_CLIENT_TASKS)  # what they tell each other by entering
        await session_deleted()
        await guest.send(f"{NEIGHBOUR}.say", text="secret")
        await guest.receive_until(lambda tab: tab.var(NEIGHBOUR, "line") == "nobody reads secret")
        assert await close_code(tab, 5) == 4401
        assert "secret" not in str(tab.updates)


async def test_an_event_under_way_may_end_and_sends_nothing_more(
    site: str, logged_in: str, trace: list[str]
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{SWITCHING}.stream", many=25)
        await tab.receive_until(lambda tab: tab.var(SWITCHING, "line") == "secret 1")
        await password_changed()
        assert await close_code(tab, 5) == 4401
        assert "streamed" not in trace
        assert tab.var(SWITCHING, "line") != "secret 24"
        await noted(trace, "streamed")


async def test_a_logout_in_another_tab_cuts_the_event_of_this_one(
    site: str, logged_in: str, trace: list[str]
) -> None:
    async with (
        connected(site, cookie=logged_in) as tab,
        connected(site, cookie=logged_in) as other,
    ):
        await tab.send(f"{SWITCHING}.stream", many=25)
        await tab.receive_until(lambda tab: tab.var(SWITCHING, "line") == "secret 1")
        await other.send(f"{LOGIN}.log_out")
        assert await close_code(tab, 5) == 4401
        assert "streamed" not in trace


async def test_the_next_person_is_not_told_how_an_event_of_the_last_one_ended(
    site: str, logged_in: str, caplog: pytest.LogCaptureFixture
) -> None:
    gate.clear()
    token = str(uuid.uuid4())
    async with (
        connected(site, cookie=logged_in, token=token) as tab,
        connected(site, cookie=logged_in) as other,
    ):
        await tab.send(f"{SLOW}.hold_and_remember")
        await other.send(f"{LOGIN}.log_out")
        assert await close_code(tab, 10) == 4401
    async with connected(site, visitor=tab.visitor, token=token, hydrate=False) as tab:
        with caplog.at_level(logging.INFO, "reflex_adapter"):
            gate.set()  # it cannot save its session: Django answers 400
            await run(tab, "who")
        assert "Told nobody" in caplog.text
        assert "Bad Request" not in str(tab.told)


async def test_an_event_that_changes_its_own_login_is_not_cut(
    site: str, logged_in: str, trace: list[str]
) -> None:
    async with (
        connected(site, cookie=logged_in) as tab,
        connected(site, cookie=logged_in) as other,
    ):
        await tab.send(f"{SWITCHING}.change_password_and_stream", many=20)
        await tab.receive_until(lambda tab: tab.var(SWITCHING, "line") == "secret 19")
        assert await close_code(other, 6) == 4401
        assert await user_seen_by(tab) == "user=ada"


async def test_a_socket_whose_login_stands_is_never_closed(
    site: str, logged_in: str, every_second: None
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await adas().aupdate(email="ada@example.com")
        await stays_open(tab, 2.5)
        await run(tab, "who")


async def test_a_store_that_fails_closes_nothing_and_is_asked_again(
    site: str, logged_in: str, every_second: None, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await by_sql("ALTER TABLE django_session RENAME TO missing")
        try:
            await stays_open(tab, 2.5)
        finally:
            await by_sql("ALTER TABLE missing RENAME TO django_session")
        assert "it will be again" in caplog.text
        await session_deleted()
        assert await close_code(tab, 5) == 4401


@sync_to_async
def by_sql(command: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(command)


async def test_the_bound_is_that_of_the_contract() -> None:
    assert configuration().revalidate_seconds == 60
