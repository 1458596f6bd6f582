"""``disconnect(user)``: project code closes the sockets of somebody."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.test import AsyncClient

from reflex_adapter import disconnect
from tests.reflex_adapter.client import PROBE, SLOW, close_code, connected, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


async def login_of(user: Any) -> str:
    client = AsyncClient()
    await client.aforce_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


@pytest.fixture
def bob(transactional_db: None) -> Any:
    return get_user_model().objects.create_user("bob")


async def from_a_thread(user: Any) -> int:
    return await asyncio.to_thread(disconnect, user)


async def from_the_loop(user: Any) -> int:
    return disconnect(user)


@pytest.mark.parametrize("call", [from_a_thread, from_the_loop])
async def test_all_sockets_of_a_user_are_closed_and_no_other(
    site: str, user: Any, bob: Any, call: Any
) -> None:
    first, second, his = [await login_of(who) for who in (user, user, bob)]
    async with (
        connected(site) as guest,
        connected(site, cookie=his) as neighbour,
        connected(site, cookie=first) as tab,
        connected(site, cookie=second) as elsewhere,
    ):
        assert await call(user) == 2
        assert [await close_code(each, 5) for each in (tab, elsewhere)] == [4401, 4401]
        for other in (guest, neighbour):
            await run(other, "who")
        assert await call(user) == 0


async def test_nothing_is_sent_from_that_moment_on(
    site: str, user: Any, logged_in: str, trace: list[str]
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{SLOW}.take", seconds=0.3)
        await asyncio.sleep(0.1)
        before = len(tab.updates)
        assert disconnect(user) == 1
        await tab.send(f"{PROBE}.who")
        assert await close_code(tab, 5) == 4401
        await asyncio.sleep(0.5)
        assert len(tab.updates) == before
        assert "handler" not in trace


async def test_the_page_may_come_back_as_long_as_its_session_lasts(
    site: str, user: Any, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        assert disconnect(user) == 1
        assert await close_code(tab, 5) == 4401
    async with connected(site, cookie=logged_in) as tab:
        assert tab.var(PROBE, "name") == "ada"


async def test_who_is_known_by_other_means_than_a_session_is_closed_too(
    site: str, user: Any, use_middleware: Any
) -> None:
    use_middleware("tests.probe.middleware.known_by_header")
    async with connected(site, headers=[("X-Known-As", "ada")]) as tab:
        assert disconnect(user) == 1
        assert await close_code(tab, 5) == 4401


async def test_nobody_is_no_user(site: str, user: Any) -> None:
    await user.adelete()
    async with connected(site) as guest:
        for nobody in (AnonymousUser(), user, None):
            with pytest.raises(ValueError, match="before delete"):
                disconnect(nobody)
        await run(guest, "who")
