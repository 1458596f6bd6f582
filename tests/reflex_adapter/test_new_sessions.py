"""A browser that gets another session: its other tabs come back with the cookies it has by then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from django.contrib.auth import get_user_model
from django.test import override_settings

from tests.probe.slow import gate
from tests.reflex_adapter.browsing import Browser, browser
from tests.reflex_adapter.client import (
    PROBE,
    SLOW,
    EventClient,
    close_code,
    connected,
    run,
)
from tests.reflex_adapter.test_cookies import redeem, ticket

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


@pytest_asyncio.fixture(loop_scope="session")
async def guest(site: str) -> AsyncIterator[Browser]:
    """The browser of somebody who is a visitor, and has no session."""
    async with browser(site) as it:
        async with it.tab():
            pass
        assert list(it.cookies) == ["reflex_visitor"]
        yield it


async def stays(tab: EventClient) -> bool:
    await asyncio.sleep(0.5)
    await run(tab, "who")
    return True


async def test_an_events_session_reaches_the_other_tabs(guest: Browser) -> None:
    async with guest.tab() as tab, guest.tab() as other, connected(guest.address) as anothers:
        assert "sessionid" in str(await guest.does(tab, f"{PROBE}.remember", value="x"))
        assert await close_code(other) == 4401
        assert await stays(tab)
        assert await stays(anothers)
    async with guest.tab() as other:
        await other.call(f"{PROBE}.recall")
        assert other.var(PROBE, "seen") == "remembered=x"


async def test_a_login_in_a_view_reaches_the_tabs_that_are_open(guest: Browser) -> None:
    await get_user_model().objects.acreate_user("ada", password="secret", is_staff=True)
    async with guest.tab() as tab, connected(guest.address) as anothers:
        await guest.log_in("ada")
        assert await close_code(tab) == 4401
        assert await stays(anothers)
    async with guest.tab() as tab:
        await run(tab, "who")
        assert tab.var(PROBE, "name") == "ada"


@override_settings(SESSION_SAVE_EVERY_REQUEST=True)
async def test_the_same_session_again_closes_nothing(guest: Browser) -> None:
    await get_user_model().objects.acreate_user("ada", password="secret", is_staff=True)
    await guest.log_in("ada")
    async with guest.tab() as tab:
        lines = (await guest.http.get("/admin/")).headers.get_list("set-cookie")
        assert "sessionid" in str(lines)
        assert await stays(tab)


async def test_a_tab_finishes_its_event_first(guest: Browser) -> None:
    gate.clear()
    async with guest.tab() as tab, guest.tab() as other:
        await other.send(f"{SLOW}.hold")
        await guest.does(tab, f"{PROBE}.remember", value="x")
        closed = asyncio.create_task(close_code(other))
        await asyncio.sleep(0.3)
        assert not closed.done()
        gate.set()
        assert await closed == 4401


async def test_who_acts_before_that_is_asked_to_try_again(guest: Browser) -> None:
    async with guest.tab() as tab:
        await run(tab, "remember", value="x")
        name = await ticket(tab)
        answer = await redeem(guest.address, name, Cookie=f"sessionid=other; {guest.cookie}")
        assert "set-cookie" not in answer.headers
        assert await close_code(tab) == 4401
    assert "Please try again." in str(tab.told)
