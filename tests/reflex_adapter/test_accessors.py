"""What a handler does with ``self.session``, ``self.messages`` and ``self.response``."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session

from tests.reflex_adapter.client import LOOK, PROBE, EventClient, connected, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


async def seen(tab: EventClient, handler: str, **payload: Any) -> Any:
    tab.state.setdefault(LOOK, {}).pop("seen_rx_state_", None)
    await tab.send(f"{LOOK}.{handler}", **payload)
    await tab.receive_until(lambda tab: tab.var(LOOK, "seen"))
    return tab.var(LOOK, "seen")


async def test_the_key_of_a_session_is_changed_by_the_method_for_async_code(
    site: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        assert await seen(tab, "cycle_key") == "cycled True"
        await run(tab, "who")
        assert tab.var(PROBE, "seen")
    [session] = [session async for session in Session.objects.all()]
    assert session.session_key not in logged_in


async def test_a_session_is_flushed_by_the_method_for_async_code(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        assert await seen(tab, "flush") == "flushed {}"
        await tab.send(f"{PROBE}.who")
        await tab.receive_until(lambda tab: tab.var(PROBE, "seen") == "user=")


async def test_a_method_that_does_io_says_so_in_async_code(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        assert "from an async context" in await seen(tab, "cycle_key_at_once")


@pytest.mark.parametrize("cookie", [True, False])
async def test_a_session_is_read_and_written_without_io(
    site: str, logged_in: str, cookie: bool
) -> None:
    async with connected(site, cookie=logged_in if cookie else None) as tab:
        assert await seen(tab, "use_session") == "0 then 1"
        assert await seen(tab, "use_session") == "1 then 2"


async def test_messages_are_added_and_listed(site: str) -> None:
    async with connected(site) as tab:
        assert await seen(tab, "list_messages") == "2 ['info', 'loud warning']"
        await run(tab, "who")
        shown = [update for update in tab.updates if "shown_messages" in str(update)]
        shown = [update for update in shown if "loud warning" in str(update)]
        assert len(shown) == 1  # by components, and the next event brings none


async def test_a_header_of_the_response_is_seen_by_middleware(
    site: str, use_middleware: Any, trace: list[str]
) -> None:
    use_middleware("tests.probe.middleware.notes_header")
    async with connected(site) as tab:
        await seen(tab, "set_header", value="mint")
    assert "header mint" in trace
