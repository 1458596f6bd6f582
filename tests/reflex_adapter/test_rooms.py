"""A shared state that a tab is linked to, when the account of that tab changes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.reflex_adapter.client import APP_STATE, LOGIN, ROOT, EventClient, connected, run
from tests.reflex_adapter.stores import disk, in_redis, memory, states_kept_by

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

ROOM = (
    f"{ROOT}.reflex___istate___shared____shared_state_base_internal"
    ".tests___probe___kinds____room_state"
)
SWITCHING_ROOM = (
    f"{ROOT}.reflex___istate___shared____shared_state_base_internal"
    ".tests___probe___switching____switching_room_state"
)
TASK = f"{APP_STATE}.tests___probe___kinds____task_state"


@pytest.fixture
def room() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def bob(transactional_db: None) -> str:
    client = Client()
    client.force_login(get_user_model().objects.create_user("bob"))
    return f"sessionid={client.cookies['sessionid'].value}"


def shows(*lines: str, room: str = ROOM) -> Callable[[EventClient], bool]:
    return lambda tab: tab.var(room, "lines") == list(lines)


@pytest.mark.parametrize("store", [memory, disk, in_redis])
async def test_a_logout_leaves_the_room_to_the_others(
    site: str, logged_in: str, bob: str, room: str, store: Any, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("redis_url") if store is in_redis else ""
    async with (
        store(url) as (manager, _),
        states_kept_by(manager),
        connected(site, cookie=logged_in) as ada,
        connected(site, cookie=bob) as his,
    ):
        for tab in (ada, his):
            await tab.send(f"{ROOM}.enter", room=room)
        await ada.send(f"{ROOM}.say", text="tea")
        await his.receive_until(shows("ada: tea"))
        await ada.receive_until(shows("ada: tea"))

        await ada.send(f"{LOGIN}.log_out")
        await run(ada, "who")
        await ada.receive_until(shows())
        await his.send(f"{ROOM}.say", text="cake")
        await his.receive_until(shows("ada: tea", "bob: cake"))

        await run(ada, "who")
        await ada.send(f"{ROOM}.say", text="alone")
        await ada.receive_until(shows(": alone"))
        await run(his, "who")
        assert "alone" not in json.dumps(his.state)
        assert "cake" not in json.dumps(ada.state)


async def test_the_first_thing_the_next_one_does_in_a_room_is_not_done_there(
    site: str, logged_in: str, bob: str, room: str
) -> None:
    async with connected(site, cookie=logged_in) as ada, connected(site, cookie=bob) as his:
        for tab in (ada, his):
            await tab.send(f"{ROOM}.enter", room=room)
        await ada.send(f"{ROOM}.say", text="tea")
        await his.receive_until(shows("ada: tea"))

        await ada.send(f"{LOGIN}.log_out")
        await ada.send(f"{ROOM}.say", text="alone")
        await ada.receive_until(shows(": alone"))
        await his.send(f"{ROOM}.say", text="cake")
        await his.receive_until(shows("ada: tea", "bob: cake"))


@pytest.mark.parametrize("state", [ROOM, SWITCHING_ROOM], ids=["plain", "app"])
async def test_the_first_event_of_the_next_one_is_not_one_of_the_room(
    site: str, logged_in: str, bob: str, room: str, state: str
) -> None:
    token = uuid.uuid4().hex
    async with connected(site) as guest:
        await guest.send(f"{state}.enter", room=room)
        async with connected(site, cookie=logged_in, token=token) as ada:
            await ada.send(f"{state}.enter", room=room)
            await ada.send(f"{state}.say", text="tea")
            await guest.receive_until(shows("ada: tea", room=state))
        async with connected(
            site, cookie=bob, token=token, visitor=ada.visitor, hydrate=False
        ) as his:
            await his.send(f"{state}.say", text="alone")
            await his.receive_until(shows("bob: alone", room=state))
        await guest.send(f"{state}.say", text="cake")
        await guest.receive_until(shows("ada: tea", ": cake", room=state))


async def test_a_background_task_of_the_next_one_leaves_the_room_too(
    site: str, logged_in: str, bob: str, room: str, trace: list[str]
) -> None:
    async with connected(site, cookie=logged_in) as ada, connected(site, cookie=bob) as his:
        for tab in (ada, his):
            await tab.send(f"{ROOM}.enter", room=room)
        await ada.send(f"{ROOM}.say", text="tea")
        await ada.receive_until(shows("ada: tea"))

        await ada.send(f"{LOGIN}.log_out")
        await ada.receive_until(lambda tab: tab.var(LOGIN, "seen") == "user=")
        await ada.send(f"{TASK}.reads_without_entering")
        await ada.receive_until(shows())
        await ada.send(f"{ROOM}.say", text="alone")
        await ada.receive_until(shows(": alone"))
        await his.send(f"{ROOM}.say", text="cake")
        await his.receive_until(shows("ada: tea", "bob: cake"))
    assert trace == ["kept ''"]


async def test_the_next_one_who_loads_the_page_is_shown_no_room(
    site: str, logged_in: str, room: str
) -> None:
    token = uuid.uuid4().hex
    async with connected(site, cookie=logged_in, token=token) as tab:
        await tab.send(f"{ROOM}.enter", room=room)
        await tab.send(f"{ROOM}.say", text="tea")
        await tab.receive_until(shows("ada: tea"))
    async with connected(site, token=token, visitor=tab.visitor) as tab:
        await run(tab, "who")
        assert "tea" not in json.dumps(tab.updates)
        assert tab.var(ROOM, "lines") == []
        await tab.send(f"{ROOM}.enter", room=room)
        await tab.receive_until(shows("ada: tea"))
