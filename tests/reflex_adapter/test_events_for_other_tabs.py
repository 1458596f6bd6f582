"""An event that one tab enqueues for another must not run there as who caused it."""

from __future__ import annotations

import logging

import pytest

from tests.reflex_adapter.client import APP_STATE, connected, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

POKE = f"{APP_STATE}.tests___probe___keeping____poke_state"


async def test_an_event_for_another_tab_does_not_run(
    site: str, logged_in: str, trace: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "reflex_adapter")
    async with connected(site, cookie=logged_in) as ada, connected(site) as guest:
        await ada.send(f"{POKE}.poke", tab=guest.kept_under)
        await ada.receive_until(lambda tab: tab.var(POKE, "seen") == "poked another")
        await run(ada, "who")
        await run(guest, "who")
        assert guest.var(POKE, "seen") != "poked as ada"
    assert [entry for entry in trace if "poked" in entry] == []
    assert f"Dropped {POKE}.poked: it came by no open socket of its tab" in caplog.messages


async def test_an_event_for_the_same_tab_runs(site: str, logged_in: str, trace: list[str]) -> None:
    async with connected(site, cookie=logged_in) as ada:
        await ada.send(f"{POKE}.poke", tab=ada.kept_under)
        await ada.receive_until(lambda tab: tab.var(POKE, "seen") == "poked as ada")
