"""When Django's messages appear in a tab: with what brings them, and after a redirect beyond it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from reflex_adapter.shown_messages import CLICK, UNREAD
from tests.probe.saying import ANSWERS
from tests.reflex_adapter.client import APP_STATE, ROOT, EventClient, connected
from tests.reflex_adapter.test_cookies import redeem, ticket

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

SAYING = f"{APP_STATE}.tests___probe___saying____saying_state"
ON_LOAD = f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal"
AWAY = ["Django's redirect", "Reflex's redirect", "a list"]
HERE = [answer for answer in ANSWERS if answer not in AWAY]


def shown(tab: EventClient) -> list[str]:
    return [message["message"] for message in tab.var(APP_STATE, "shown_messages") or []]


async def until_seen(tab: EventClient, number: int) -> None:
    await tab.receive_until(lambda tab: tab.var(SAYING, "seen") == number)


@pytest.mark.parametrize("answer", HERE)
async def test_a_message_appears_with_the_event_that_brings_it(site: str, answer: str) -> None:
    async with connected(site) as tab:
        await tab.send(f"{SAYING}.say", text="saved", answer=answer)
        await until_seen(tab, 1)
        assert shown(tab) == ["saved"]
        await asyncio.sleep(UNREAD)
        await tab.send(f"{SAYING}.look")
        await until_seen(tab, 2)
        assert shown(tab) == []


@pytest.mark.parametrize(
    ("handler", "answer"),
    # Reflex takes a list of events from a return only.
    [(name, answer) for answer in AWAY for name in ("say", "say_and_yield")][:-1],
)
async def test_it_waits_for_the_page_that_a_redirect_leads_to(
    site: str, answer: str, handler: str
) -> None:
    async with connected(site) as tab:
        await tab.send(f"{SAYING}.{handler}", text="saved", answer=answer)
        await until_seen(tab, 1)
        was_shown = "saved" in str(tab.updates)
        await tab.send(ON_LOAD)
        await tab.receive_until(shown)
        assert (was_shown, shown(tab)) == (handler == "say_and_yield", ["saved"])


async def test_it_waits_for_a_page_that_is_loaded_from_the_server(site: str) -> None:
    async with connected(site) as tab:
        await tab.send(f"{SAYING}.say", text="saved", answer="Django's redirect")
        answer = await redeem(site, await ticket(tab))
    cookie = answer.headers["set-cookie"].partition(";")[0]
    async with connected(site, cookie=cookie, visitor=tab.visitor) as tab:
        assert shown(tab) == ["saved"]


async def test_it_outlives_a_failure_of_the_handler_as_one_of_a_view_does(site: str) -> None:
    async with connected(site) as tab:
        await tab.send(f"{SAYING}.say_and_fail", text="half done")
        await redeem(site, await ticket(tab))
        assert shown(tab) == []
        await tab.send(f"{SAYING}.look")
        await until_seen(tab, 1)
        assert shown(tab) == ["half done"]


async def test_what_the_same_click_sends_leaves_it(site: str) -> None:
    async with connected(site) as tab:
        await tab.send(f"{SAYING}.say", text="saved")
        await tab.send(f"{SAYING}.look")
        await until_seen(tab, 2)
        assert shown(tab) == ["saved"]


async def test_the_next_message_takes_its_place_at_once(site: str) -> None:
    async with connected(site) as tab:
        for number, text in enumerate(("saved", "saved again"), 1):
            await tab.send(f"{SAYING}.say", text=text)
            await until_seen(tab, number)
            await asyncio.sleep(CLICK)
        assert shown(tab) == ["saved again"]


async def test_a_page_that_is_gone_to_at_once_does_not_have_it(site: str) -> None:
    async with connected(site) as tab:
        await tab.send(f"{SAYING}.say", text="saved")
        await tab.receive_until(shown)
        await asyncio.sleep(CLICK)
        await tab.send(ON_LOAD)
        await tab.receive_until(lambda tab: not shown(tab))


async def test_it_appears_with_the_yield_that_follows_it(site: str) -> None:
    async with connected(site) as tab:
        before = len(tab.updates)
        await tab.send(f"{SAYING}.say_twice")
        await tab.receive_until(lambda tab: shown(tab) == ["half", "whole"])
        deltas: list[dict[str, Any]] = [
            update.get("delta", {}).get(APP_STATE, {}) for update in tab.updates[before:]
        ]
        found = [delta["shown_messages_rx_state_"] for delta in deltas if delta]
        assert [[message["message"] for message in each] for each in found[:2]] == [
            ["half"],
            ["half", "whole"],
        ]


async def test_content_that_nothing_shows_is_told_of(
    site: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "reflex_adapter")
    async with connected(site) as tab:
        await tab.send(f"{SAYING}.say", text="saved", answer="a response")
        await until_seen(tab, 1)
    assert "is shown by nothing" in caplog.text
