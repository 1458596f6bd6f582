"""Handlers that log somebody in or out: what they leave in the tab is the next one's."""

from __future__ import annotations

import asyncio
import json
import uuid
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.probe.kinds import gates
from tests.reflex_adapter.client import (
    APP_STATE,
    PROBE,
    ROOT,
    SWITCHING,
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

PLAIN = f"{ROOT}.tests___probe___switching____switching_plain_state"
TASK = f"{APP_STATE}.tests___probe___kinds____task_state"
LOBBY = f"{APP_STATE}.tests___probe___kinds____lobby_state"
WAYS = ["switch", "switch_between", "switch_and_fail"]


@pytest.fixture
def bob(transactional_db: None) -> str:
    client = Client()
    client.force_login(get_user_model().objects.create_user("bob"))
    return f"sessionid={client.cookies['sessionid'].value}"


async def switch(tab: EventClient, handler: str, username: str) -> None:
    """Run the handler to where the page is told to fetch the cookies of it."""
    await tab.send(handler, username=username)
    await tab.receive_until(lambda tab: any("_event_cookies" in it for it in tab.scripts))


@pytest.mark.parametrize("state", [SWITCHING, PLAIN], ids=["app", "plain"])
@pytest.mark.parametrize("way", WAYS)
async def test_what_a_login_has_loaded_is_not_shown_to_who_is_logged_in_instead(
    site: str, logged_in: str, bob: str, state: str, way: str
) -> None:
    """As if another tab had logged in ada meanwhile: then the browser drops bob's cookies."""
    token = uuid.uuid4().hex
    async with connected(site, token=token) as tab:
        await switch(tab, f"{state}.{way}", "bob")
    async with connected(site, token=token, cookie=logged_in, visitor=tab.visitor) as tab:
        await run(tab, "who")
        assert tab.var(PROBE, "name") == "ada"
        assert "secret of bob" not in json.dumps(tab.updates)


@pytest.mark.parametrize("state", [SWITCHING, PLAIN], ids=["app", "plain"])
@pytest.mark.parametrize("way", WAYS)
async def test_what_a_login_finds_and_loads_stays(
    site: str, bob: str, state: str, way: str
) -> None:
    token = uuid.uuid4().hex
    async with connected(site, token=token) as tab:
        await tab.call(f"{PROBE}.keep", value="a draft")
        await switch(tab, f"{state}.{way}", "bob")
    async with connected(site, token=token, cookie=bob, visitor=tab.visitor) as tab:
        assert tab.var(PROBE, "seen") == "a draft"
        assert tab.var(state, "line") == "secret of bob"


@pytest.mark.parametrize("becomes", ["", "bob"])
@pytest.mark.parametrize("state", [SWITCHING, PLAIN], ids=["app", "plain"])
@pytest.mark.parametrize("way", ["switch", "switch_between"])
async def test_the_tab_that_logs_out_is_shown_nothing_of_before(
    site: str, logged_in: str, bob: str, state: str, way: str, becomes: str
) -> None:
    async with connected(site, cookie=logged_in, page="/lobby") as tab:
        await tab.call(f"{PROBE}.keep", value="the secret of ada")
        assert tab.var(LOBBY, "seen") == "welcome ada"
        before = len(tab.updates)
        await tab.send(f"{state}.{way}", username=becomes)
        await tab.receive_until(
            lambda tab: tab.var(LOBBY, "seen") == f"welcome {becomes or 'stranger'}"
        )
        assert tab.var(PROBE, "seen") == ""
        assert tab.var(PROBE, "name") == becomes
        assert tab.var(state, "line") == ""
        assert '"ada' not in json.dumps(tab.updates[before:])
        assert "of ada" not in json.dumps(tab.updates[before:])


async def test_who_leaves_the_page_with_it_does_not_load_it_again(
    site: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in, page="/lobby") as tab:
        await tab.call(f"{PROBE}.keep", value="the secret of ada")
        await tab.send(f"{SWITCHING}.switch_and_go", username="")
        await tab.receive_until(lambda tab: "_redirect" in [it["name"] for it in tab.told])
        await run(tab, "who")
        assert tab.var(LOBBY, "seen") == ""
        assert "secret" not in json.dumps(tab.state)


async def test_what_is_set_after_the_next_yield_is_the_next_ones(
    site: str, logged_in: str, bob: str
) -> None:
    async with connected(site, cookie=logged_in, page="/lobby") as tab:
        await tab.send(f"{SWITCHING}.switch_between", username="bob")
        await tab.receive_until(lambda tab: tab.var(LOBBY, "seen") == "welcome bob")
        assert tab.var(SWITCHING, "line") == ""
        assert tab.var(SWITCHING, "note") == "after the switch"


async def test_a_message_of_a_logout_is_shown(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in, page="/lobby") as tab:
        await tab.send(f"{SWITCHING}.switch_and_praise", username="")
        await tab.receive_until(lambda tab: tab.var(LOBBY, "seen") == "welcome stranger")
        shown: list[dict[str, Any]] = tab.var(APP_STATE, "shown_messages")
        assert [message["message"] for message in shown] == ["switched"]


async def test_a_handler_that_raises_after_a_logout_has_shown_nothing(
    site: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.call(f"{PROBE}.keep", value="the secret of ada")
        before = len(tab.updates)
        await switch(tab, f"{SWITCHING}.switch_and_fail", "")
        await run(tab, "who")
        assert "secret" not in json.dumps(tab.updates[before:])
        assert "secret of ada" not in json.dumps(tab.state)


async def test_a_page_that_is_loaded_anew_during_a_login_ends_up_logged_in(
    site: str, user: object
) -> None:
    token = uuid.uuid4().hex
    async with connected(site, token=token) as tab:
        await tab.send(f"{TASK}.becomes", username="ada")
        await asyncio.sleep(0.3)
    again = {"token": token, "visitor": tab.visitor}
    async with connected(site, hydrate=False, **again) as tab:
        await tab.send(f"{ROOT}.hydrate_and_load")
        await asyncio.sleep(0.1)
        gates.open()
        cookies = await redeem(site, await ticket(tab))
        assert await close_code(tab) == 4401
        assert "ada" not in [tab.var(PROBE, "name"), tab.var(TASK, "kept")]
    login = SimpleCookie(cookies.headers["set-cookie"])["sessionid"].value
    async with connected(site, cookie=f"sessionid={login}", **again) as tab:
        assert tab.var(PROBE, "name") == "ada"
        assert tab.var(TASK, "kept") == "of ada"
