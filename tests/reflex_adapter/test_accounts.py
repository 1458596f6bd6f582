"""Whose state a tab has: what was made under one login is not shown to the next."""

from __future__ import annotations

import json
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.reflex_adapter.client import BLIND, LOOK, PROBE, connected, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def bob(transactional_db: None) -> str:
    client = Client()
    client.force_login(get_user_model().objects.create_user("bob"))
    return f"sessionid={client.cookies['sessionid'].value}"


@pytest.fixture
def tab_of_ada() -> str:
    return str(uuid.uuid4())


@pytest.mark.parametrize("next_one", ["nobody", "bob"])
async def test_the_next_one_in_a_tab_sees_nothing_of_the_last(
    site: str, logged_in: str, bob: str, tab_of_ada: str, next_one: str
) -> None:
    async with connected(site, cookie=logged_in, token=tab_of_ada) as tab:
        await tab.call(f"{PROBE}.keep", value="the secret of ada")
    cookie = bob if next_one == "bob" else None
    async with connected(site, cookie=cookie, token=tab_of_ada, visitor=tab.visitor) as tab:
        await run(tab, "who")
        assert "secret" not in json.dumps(tab.state)
        assert tab.var(PROBE, "name") == ("bob" if next_one == "bob" else "")


async def test_the_same_one_finds_the_tab_as_it_was(
    site: str, logged_in: str, tab_of_ada: str
) -> None:
    async with connected(site, cookie=logged_in, token=tab_of_ada) as tab:
        await tab.call(f"{PROBE}.keep", value="a draft")
    async with connected(site, cookie=logged_in, token=tab_of_ada, visitor=tab.visitor) as tab:
        assert tab.var(PROBE, "seen") == "a draft"


async def test_what_a_guest_has_done_outlives_the_login(
    site: str, logged_in: str, tab_of_ada: str
) -> None:
    async with connected(site, token=tab_of_ada) as tab:
        await tab.call(f"{PROBE}.keep", value="a draft")
    async with connected(site, cookie=logged_in, token=tab_of_ada, visitor=tab.visitor) as tab:
        assert tab.var(PROBE, "seen") == "a draft"
        assert tab.var(PROBE, "name") == "ada"


async def test_a_login_that_has_ended_ends_the_state_at_the_next_event(
    site: str, logged_in: str, user: object
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.call(f"{PROBE}.keep", value="the secret of ada")
        await get_user_model().objects.filter(username="ada").aupdate(is_active=False)
        await run(tab, "who")
        await tab.receive_until(lambda tab: tab.var(PROBE, "name") == "")
        assert tab.var(PROBE, "seen") != "the secret of ada"


async def test_what_a_var_says_of_the_last_one_is_forgotten_whatever_it_depends_on(
    site: str, logged_in: str, bob: str, tab_of_ada: str
) -> None:
    async with connected(site, cookie=logged_in, token=tab_of_ada) as tab:
        assert " ada " in tab.var(BLIND, "blind")
    async with connected(site, cookie=bob, token=tab_of_ada, visitor=tab.visitor) as tab:
        assert " bob " in tab.var(BLIND, "blind")


async def test_what_a_var_said_of_a_guest_is_computed_anew_at_a_login(
    site: str, user: object
) -> None:
    async with connected(site) as tab:
        assert "Yes  " in tab.var(BLIND, "blind")
        await tab.send(f"{LOOK}.log_in", username="ada")
        await tab.receive_until(lambda tab: " ada " in tab.var(BLIND, "blind"))
