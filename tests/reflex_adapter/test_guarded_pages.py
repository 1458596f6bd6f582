"""Guards on pages: for whom they turn away, no ``on_load`` handler runs, whatever is claimed."""

from __future__ import annotations

import json

import pytest

from tests.reflex_adapter.client import APP_STATE, ROOT, EventClient, connected, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

ON_LOAD = f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal"
GUARDED = ["/payroll", "/payroll/", "/club/tennis", "/club/a.b", "/silent"]


async def loads(tab: EventClient, page: str, event: str = ON_LOAD) -> str:
    """Go to a page within the app; return what the page is told."""
    tab.told.clear()
    tab.page = page
    await tab.send(event)
    tab.page = "/"
    await run(tab, "note", text="an event")
    await run(tab, "note", text="another")
    return json.dumps(tab.told)


@pytest.mark.parametrize("event", [ON_LOAD, f"{ROOT}.hydrate_and_load"])
@pytest.mark.parametrize("page", GUARDED)
async def test_a_stranger_who_goes_to_a_guarded_page_loads_nothing(
    site: str, trace: list[str], page: str, event: str
) -> None:
    async with connected(site) as tab:
        trace.clear()
        assert f"/admin/login/?next={page}" in await loads(tab, page, event)
        assert "open" not in trace


async def test_who_is_logged_in_and_not_allowed_loads_nothing(
    site: str, trace: list[str], logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        trace.clear()
        told = await loads(tab, "/club/tennis")
        assert "403 Forbidden" in told
        assert "This page could not be loaded" in told
        assert "open" not in trace


@pytest.mark.parametrize("page", ["/payroll", "/club/open"])
async def test_who_may_have_a_page_loads_it(
    site: str, trace: list[str], page: str, logged_in: str
) -> None:
    cookie = logged_in if page == "/payroll" else None
    async with connected(site, cookie=cookie) as tab:
        trace.clear()
        assert await loads(tab, page) == "[]"
        assert "open" in trace


CLAIMS = ["payroll", "@x/payroll", ":80/payroll", "x/payroll", "//x/payroll", "/%70ayroll"]


@pytest.mark.parametrize("origin", ["", None])
@pytest.mark.parametrize(
    "claim", [*CLAIMS, "/payroll#/", "/payroll;a", "/\t/payroll", "\n/payroll"]
)
async def test_no_way_to_say_a_page_loads_a_guarded_one(
    site: str, trace: list[str], claim: str, origin: str | None
) -> None:
    async with connected(site, origin=origin, hydrate=False) as tab:
        trace.clear()
        for event in (ON_LOAD, f"{ROOT}.hydrate_and_load"):
            await loads(tab, claim, event)
        assert trace.count("another") == 2
        assert "open" not in trace


async def test_a_page_that_was_said_before_is_no_way_either(site: str, trace: list[str]) -> None:
    """Reflex keeps what an event leaves out of its page."""
    async with connected(site) as tab:
        trace.clear()
        tab.page = "/payroll"
        await run(tab, "note", text="an event")
        packet = {"name": ON_LOAD, "payload": {}, "router_data": {}}
        tab.told.clear()
        await tab.emit("event", packet)
        await run(tab, "note", text="another")
        assert "another" in trace
        assert "open" not in trace


async def test_a_page_that_grants_nothing_opens_no_handler(site: str, trace: list[str]) -> None:
    async with connected(site, page="/") as tab:
        trace.clear()
        await tab.send(f"{APP_STATE}.tests___probe___guarded____payroll_state.raise_salary")
        await run(tab, "note", text="an event")
        assert "raise_salary" not in trace
