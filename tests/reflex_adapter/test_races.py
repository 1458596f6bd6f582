"""What the browser has been shown, a request it makes at once finds in the session."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model

from tests.reflex_adapter.browsing import Browser, browser
from tests.reflex_adapter.client import APP_STATE, ROOT, EventClient
from tests.reflex_adapter.serving import served_with

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

WRITING = f"{APP_STATE}.tests___probe___writing____writing_state"
PLAIN = f"{ROOT}.tests___probe___writing____writing_plain_state"
SLOW = "tests.probe.writing.slow_after_events"
KINDS = [
    *[(WRITING, kind) for kind in ("in_loop", "in_thread", "in_steps", "in_steps_of_a_thread")],
    *[(WRITING, "in_chain"), (WRITING, "by_script")],
    *[(PLAIN, kind) for kind in ("in_loop", "in_steps", "in_plain_function")],
    (PLAIN, "in_steps_that_go_on"),
]


async def shown(visitor: Browser, tab: EventClient, state: str, value: str) -> None:
    """Wait until the page knows of ``value``, fetching cookies as it does."""
    while tab.var(state, "seen") != value and f"show('{value}')" not in tab.scripts:
        await tab.receive()
        await visitor.redeem(tab)


@pytest.mark.parametrize("logged_in", [True, False], ids=["user", "guest"])
@pytest.mark.parametrize(
    ("state", "kind"),
    KINDS,
    ids=[f"{kind}-{'app' if state is WRITING else 'plain'}" for state, kind in KINDS],
)
async def test_a_view_finds_the_session_of_an_event_whose_update_has_arrived(
    site: str, transactional_db: None, state: str, kind: str, logged_in: bool
) -> None:
    await get_user_model().objects.acreate_user("ada", password="secret", is_staff=True)
    middleware = [*settings.MIDDLEWARE, SLOW]
    options = {"MIDDLEWARE": middleware, "ROOT_URLCONF": "tests.probe.urls"}
    async with served_with(**options) as address, browser(address) as visitor:
        if logged_in:
            await visitor.log_in("ada")
        async with visitor.tab(page="/slow/", hydrate=False) as tab:
            for value in ("this", "that"):
                await tab.send(f"{state}.{kind}", value=value)
                await shown(visitor, tab, state, value)
                assert (await visitor.asks("/who/"))["session"]["remembered"] == value
