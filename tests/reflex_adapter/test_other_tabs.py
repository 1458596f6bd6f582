"""A tab's vars that are computed outside its own events: for who looks at it, or for nobody."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import reflex as rx
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth import get_user_model
from django.test import Client

from reflex_adapter.django_led_app import app
from tests.fresh import ROOT
from tests.probe.identity import NeighbourState
from tests.reflex_adapter.client import NEIGHBOUR, EventClient, connected, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]
Use = Callable[..., None]


@pytest.fixture
def bob(transactional_db: None) -> str:
    client = Client()
    client.force_login(get_user_model().objects.create_user("bob"))
    return f"sessionid={client.cookies['sessionid'].value}"


async def until(tab: EventClient, name: str, value: Any) -> None:
    await tab.receive_until(lambda tab: tab.var(NEIGHBOUR, name) == value)


async def test_what_a_shared_state_causes_in_another_tab_is_for_who_looks_at_that(
    site: str, logged_in: str, bob: str
) -> None:
    room = uuid.uuid4().hex
    async with (
        connected(site, cookie=logged_in) as ada,
        connected(site, cookie=bob) as his,
        connected(site) as guest,
    ):
        for tab in (ada, his, guest):
            await run(tab, "who")
            await tab.send(f"{NEIGHBOUR}.enter", room=room)
            await run(tab, "who")
        await ada.send(f"{NEIGHBOUR}.say", text="tea")
        await until(ada, "line", "ada reads tea")
        await until(his, "line", "bob reads tea")
        await until(guest, "line", "nobody reads tea")
        await guest.send(f"{NEIGHBOUR}.say", text="cake")
        await until(ada, "line", "ada reads cake")
        await until(his, "line", "bob reads cake")
        await until(guest, "line", "nobody reads cake")
        for tab, others in ((his, "ada"), (guest, "ada"), (guest, "bob"), (ada, "bob")):
            lines = [str(update.get("delta", {}).get(NEIGHBOUR)) for update in tab.updates]
            assert not [line for line in lines if others in line]


async def test_what_an_event_writes_into_another_tab_is_computed_for_who_looks_at_that(
    site: str, logged_in: str, bob: str, use_middleware: Use
) -> None:
    use_middleware("django.middleware.locale.LocaleMiddleware")
    async with (
        connected(site, cookie=logged_in, language="fr") as ada,
        connected(site, cookie=bob, language="de", page="/item/42") as his,
    ):
        await ada.send(f"{NEIGHBOUR}.give", tab=his.kept_under, word="tea")
        await until(his, "card", "bob got tea by ada in Ja")
        await until(ada, "room", "ada ada Oui")
        await ada.send(f"{NEIGHBOUR}.give", tab=his.kept_under, word="path")
        await until(his, "path", "/item/42")


async def test_middleware_that_waits_in_its_thread_lends_it_to_no_other_tab(
    site: str, logged_in: str, bob: str, use_middleware: Use, caplog: pytest.LogCaptureFixture
) -> None:
    use_middleware("tests.probe.middleware.sync_function")
    async with connected(site, cookie=logged_in) as ada, connected(site, cookie=bob) as his:
        for tab in (ada, his):
            await run(tab, "who")
            await tab.send(f"{NEIGHBOUR}.enter", room="waiting")
            await run(tab, "who")
        for text in ("tea", "cake"):
            await ada.send(f"{NEIGHBOUR}.say", text=text)
            await until(ada, "line", f"ada reads {text}")
            await until(his, "line", f"bob reads {text}")
    assert "CurrentThreadExecutor" not in caplog.text


async def test_a_tab_that_nobody_has_open_is_computed_for_nobody(
    site: str, logged_in: str, bob: str
) -> None:
    async with connected(site, cookie=bob) as his:
        await run(his, "who")
    async with connected(site, cookie=logged_in) as ada:
        await ada.send(f"{NEIGHBOUR}.give", tab=his.kept_under, word="tea")
        await until(ada, "room", "ada ada Yes")
        assert await card_of(his.kept_under) == "nobody got tea by ada in Yes"


async def test_code_outside_of_all_events_sees_who_looks_at_the_tab(site: str, bob: str) -> None:
    async with connected(site, cookie=bob) as his:
        await run(his, "who")
        async with app.modify_state(
            rx.BaseStateToken(ident=his.kept_under, cls=NeighbourState)
        ) as root:
            state = await root.get_state(NeighbourState)
            state.word = "mail"
            assert state.user.get_username() == state.username == "bob"
        await until(his, "card", "bob got mail in Yes")


async def test_the_account_is_that_of_the_moment(site: str, bob: str) -> None:
    async with connected(site, cookie=bob) as his:
        await get_user_model().objects.filter(username="bob").aupdate(is_active=False)
        assert await card_of(his.kept_under, "mail") == "nobody got mail in Yes"


async def test_a_tab_whose_chain_refuses_is_nobodys(
    site: str, bob: str, use_middleware: Use
) -> None:
    async with connected(site, cookie=bob) as his:
        use_middleware("tests.probe.middleware.forbids")
        assert await card_of(his.kept_under, "mail") == "nobody got mail in Yes"


async def test_many_tabs_written_to_at_once_are_each_computed_for_their_own(
    site: str, logged_in: str, bob: str
) -> None:
    cookies = {"ada": logged_in, "bob": bob, "nobody": None}

    async def visit(name: str) -> None:
        async with connected(site, cookie=cookies[name]) as tab:
            await run(tab, "who")
            assert await card_of(tab.kept_under, "mail") == f"{name} got mail in Yes"
            await until(tab, "card", f"{name} got mail in Yes")

    async with asyncio.TaskGroup() as group:
        for name in ("ada", "bob", "nobody") * 10:
            group.create_task(visit(name))


@pytest.mark.parametrize("caller", ["a coroutine", "a plain function"])
async def test_what_the_readme_shows_writes_into_another_tab(site: str, caller: str) -> None:
    text = (ROOT / "README.md").read_text()
    [block] = [it for it in re.findall(r"```python\n(.*?)```", text, re.S) if "modify_state(" in it]
    found: dict[str, Any] = {"rx": rx, "HomeState": NeighbourState}
    exec(block, found)  # as its reader would
    async with connected(site) as tab:
        await tab.send(f"{NEIGHBOUR}.own_token")
        await tab.receive_until(lambda tab: tab.var(NEIGHBOUR, "room"))
        token = tab.var(NEIGHBOUR, "room")
        if caller == "a coroutine":
            await found["greet"](token, "hello")
        else:
            await sync_to_async(async_to_sync(found["greet"]))(token, "hello")
        await until(tab, "greeting", "hello")


async def card_of(token: str, word: str | None = None) -> str:
    """Write into a tab from outside, or only look; return what its var says."""
    async with app.modify_state(rx.BaseStateToken(ident=token, cls=NeighbourState)) as root:
        state = await root.get_state(NeighbourState)
        if word is not None:
            state.word = word
        return str(state.card)
