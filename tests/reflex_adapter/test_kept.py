"""What outlives a change of account, in a tab and in its browser's storage: what is declared."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from tests.reflex_adapter.client import (
    APP_STATE,
    LOGIN,
    ROOT,
    VAR,
    EventClient,
    close_code,
    connected,
    run,
)
from tests.reflex_adapter.stores import disk, in_redis, memory, states_kept_by

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

KEEPING = f"{APP_STATE}.tests___probe___keeping____keeping_state"
BELOW = f"{KEEPING}.tests___probe___keeping____below_state"
PLAIN = f"{ROOT}.tests___probe___keeping____plain_keeping_state"
DEFAULTS = {f"in_cookie{VAR}": "none", f"on_disk{VAR}": "", f"in_session{VAR}": ""}
STORED = {f"{PLAIN}.{name}": "a secret" for name in DEFAULTS} | {f"{PLAIN}.in_tab{VAR}": "my tab"}


async def fill(tab: EventClient) -> None:
    for handler in (f"{KEEPING}.fill", f"{BELOW}.fill_below", f"{PLAIN}.fill"):
        await tab.send(handler)
    await run(tab, "who")
    assert "a secret" in json.dumps(tab.state)


@asynccontextmanager
async def come_back(
    site: str, tab: EventClient, token: str, page: str = "/"
) -> AsyncIterator[EventClient]:
    """Open the tab anew, whose browser has everything stored that is in ``STORED``."""
    options: dict[str, Any] = {"visitor": tab.visitor, "token": token, "page": page}
    async with connected(site, hydrate=False, **options) as again:
        await again.send(f"{ROOT}.hydrate_and_load", vars=STORED)
        await again.receive_until(lambda tab: tab.var(ROOT, "is_hydrated"))
        yield again


def is_overwritten(tab: EventClient) -> bool:
    """Tell whether the page was told to store defaults, in an update whose values it stores."""
    deltas = [update.get("delta", {}) for update in tab.updates]
    loading = f"is_hydrated{VAR}"
    return DEFAULTS in [delta.get(PLAIN) for delta in deltas if loading not in delta.get(ROOT, {})]


@pytest.mark.parametrize("store", [memory, disk, in_redis])
async def test_only_what_is_declared_outlives_a_logout(
    site: str, logged_in: str, store: Any, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("redis_url") if store is in_redis else ""
    async with (
        store(url) as (manager, _),
        states_kept_by(manager),
        connected(site, cookie=logged_in) as tab,
    ):
        await fill(tab)
        await tab.send(f"{LOGIN}.log_out")
        await run(tab, "who")
        tab.state.clear()
        await tab.send(f"{ROOT}.hydrate_and_load")
        await tab.receive_until(lambda tab: tab.var(ROOT, "is_hydrated"))
        assert "secret" not in json.dumps(tab.state)
        assert tab.var(KEEPING, "theme") == "black"
        assert tab.var(KEEPING, "lists") == "['chosen'] []"
        assert tab.var(BELOW, "layout") == "narrow"
        assert tab.var(PLAIN, "theme") == "dark"
        await tab.send(f"{KEEPING}.choose", what="more")
        await tab.receive_until(lambda tab: tab.var(KEEPING, "lists") == "['chosen', 'more'] []")


async def test_a_page_that_comes_back_as_another_overwrites_what_its_browser_stored(
    site: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in, token="stored") as tab:
        await fill(tab)
    async with come_back(site, tab, "stored") as tab:
        assert is_overwritten(tab)
        assert "a secret" not in json.dumps(tab.updates)
        assert tab.var(PLAIN, "in_tab") == "my tab"


async def test_a_stranger_keeps_nothing_in_the_browser_of_states_that_are_not_sent(
    site: str, logged_in: str, use_middleware: Callable[..., None]
) -> None:
    use_middleware("django.contrib.auth.middleware.LoginRequiredMiddleware")
    async with connected(site, cookie=logged_in, token="strange") as tab:
        await fill(tab)
    async with come_back(site, tab, "strange", page="/lobby") as tab:
        assert is_overwritten(tab)
        assert PLAIN not in [name for update in tab.updates[1:] for name in update["delta"]]


async def test_a_logout_overwrites_what_the_browser_stored(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await fill(tab)
        tab.updates.clear()
        await tab.send(f"{LOGIN}.log_out")
        await tab.receive_until(lambda tab: tab.var(LOGIN, "seen") == "user=")
        assert is_overwritten(tab)
        assert "a secret" not in json.dumps(tab.updates)


@pytest.mark.parametrize("event", ["note", "on_load", "update_vars"])
async def test_an_event_after_the_end_of_a_login_overwrites_what_the_browser_stored(
    site: str, logged_in: str, event: str
) -> None:
    internal = f"{ROOT}.reflex___state____"
    events: dict[str, tuple[str, dict[str, Any]]] = {
        "note": (f"{PLAIN}.note", {"text": "of nobody"}),
        "on_load": (f"{internal}on_load_internal_state.on_load_internal", {}),
        "update_vars": (
            f"{internal}update_vars_internal_state.update_vars_internal",
            {"vars": STORED},
        ),
    }
    async with connected(site, cookie=logged_in) as tab:
        await fill(tab)
        await Session.objects.all().adelete()
        tab.updates.clear()
        name, payload = events[event]
        await tab.send(name, **payload)
        assert await close_code(tab) == 4401
        assert is_overwritten(tab)
        assert "a secret" not in json.dumps(tab.updates)


async def test_the_same_account_finds_in_its_state_what_its_browser_stored(
    site: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in, hydrate=False) as tab:
        await tab.send(f"{ROOT}.hydrate_and_load", vars=STORED)
        await tab.receive_until(lambda tab: tab.var(ROOT, "is_hydrated"))
        assert tab.var(PLAIN, "on_disk") == "a secret"
        assert not is_overwritten(tab)
