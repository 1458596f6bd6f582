"""Guards on state classes: no handler runs, and no var is sent, for whom they turn away."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group, User

from tests.probe.guarded import asked
from tests.reflex_adapter.client import APP_STATE, ROOT, EventClient, connected, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

GUARDED = "tests___probe___guarded____"
DOOR = f"{APP_STATE}.{GUARDED}door_state"
PAYROLL = f"{APP_STATE}.{GUARDED}payroll_state"
PENSION = f"{PAYROLL}.{GUARDED}pension_state"
ACCOUNTS = f"{ROOT}.{GUARDED}accounts_state"
CLUB = f"{APP_STATE}.{GUARDED}club_state"
CLOSED = f"{APP_STATE}.{GUARDED}closed_state"
ALL = {PAYROLL, PENSION, ACCOUNTS, CLUB, CLOSED}
OF_MEMBERS = {CLUB}
HANDLERS = {
    "raise_salary": PAYROLL,
    "pay": PENSION,
    "look": ACCOUNTS,
    "show_card": CLUB,
}


@pytest.fixture
def staff(user: User) -> User:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return user


def ever_sent(tab: EventClient) -> set[str]:
    """Return the guarded states of which anything was ever sent to the tab."""
    return {name for update in tab.updates for name in update.get("delta", {})} & ALL


async def test_a_stranger_is_sent_nothing_of_guarded_states(site: str) -> None:
    async with connected(site) as tab:
        await run(tab, "note", text="an event")
        assert ever_sent(tab) == set()
        assert tab.var(DOOR, "seen") == ""
        assert "of the staff" not in json.dumps(tab.updates)


async def test_who_is_logged_in_is_sent_what_they_may_see(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        assert ever_sent(tab) == OF_MEMBERS
        assert (tab.var(CLUB, "card"), tab.var(CLUB, "club")) == ("of a member", "of a member too")


async def test_the_staff_is_sent_states_of_the_staff(
    site: str, staff: User, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        assert ever_sent(tab) == {*OF_MEMBERS, PAYROLL, PENSION}
        assert tab.var(PAYROLL, "always") == "payroll of ada"


@pytest.mark.parametrize("handler", HANDLERS)
async def test_no_handler_of_a_guarded_state_runs_for_a_stranger(
    site: str, trace: list[str], handler: str
) -> None:
    async with connected(site) as tab:
        tab.told.clear()
        await tab.send(f"{HANDLERS[handler]}.{handler}")
        await tab.receive_until(lambda tab: tab.told)
        assert "/admin/login/?next=/" in tab.scripts[0]
        assert handler not in trace
        assert ever_sent(tab) == set()


async def test_a_handler_of_a_guarded_state_runs_for_who_passes(
    site: str, staff: User, logged_in: str, trace: list[str]
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{PAYROLL}.raise_salary")
        await tab.receive_until(lambda tab: tab.var(PAYROLL, "salary") == "more")
        assert "raise_salary" in trace


WRITERS = ["write_payroll", "write_payroll_in_background", "write_payroll_and_yield"]


@pytest.mark.parametrize("handler", WRITERS)
async def test_what_a_handler_of_another_state_writes_is_kept_back(
    site: str, handler: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{DOOR}.{handler}", salary="secret")
        await run(tab, "note", text="an event")
        await run(tab, "note", text="another")
        assert ever_sent(tab) == OF_MEMBERS
        assert "secret" not in json.dumps(tab.updates)


@pytest.mark.parametrize("handler", WRITERS)
async def test_what_a_handler_of_another_state_writes_is_sent_to_who_passes(
    site: str, handler: str, staff: User, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{DOOR}.{handler}", salary="known")
        await tab.receive_until(lambda tab: tab.var(PAYROLL, "salary") == "known")


async def test_who_logs_in_is_sent_the_rest_at_once(site: str, staff: User) -> None:
    async with connected(site) as tab:
        await tab.send(f"{DOOR}.write_payroll", salary="from before")
        await tab.send(f"{DOOR}.become", username="ada")
        await tab.receive_until(lambda tab: tab.var(PAYROLL, "salary") == "from before")
        assert tab.var(PAYROLL, "always") == "payroll of ada"
        assert ever_sent(tab) == {*OF_MEMBERS, PAYROLL, PENSION}


async def test_a_guard_is_asked_for_a_page_load_and_not_for_each_event(
    site: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        assert asked
        asked.clear()
        await tab.send(f"{DOOR}.change_closed")
        await tab.send(f"{DOOR}.change_closed")
        await run(tab, "note", text="an event")
        assert asked == []
        await tab.send(f"{ROOT}.hydrate_and_load")
        await run(tab, "note", text="an event")
        await run(tab, "note", text="behind what the load goes on to")
        assert asked == ["ada"]
        assert ever_sent(tab) == OF_MEMBERS


async def test_who_logs_out_is_sent_nothing_more(site: str, staff: User, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await run(tab, "note", text="an event")
        tab.updates.clear()
        await tab.send(f"{DOOR}.become", username="")
        await tab.send(f"{DOOR}.write_payroll", salary="secret")
        await run(tab, "note", text="an event")
        assert ever_sent(tab) == set()


async def test_a_new_group_counts_when_its_guard_is_asked_next(
    site: str, user: User, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        assert ACCOUNTS not in ever_sent(tab)
        await user.groups.aadd(await Group.objects.acreate(name="accountants"))
        await tab.send(f"{ACCOUNTS}.look")
        await tab.receive_until(lambda tab: tab.var(ACCOUNTS, "accounts"))
        assert ever_sent(tab) == {*OF_MEMBERS, ACCOUNTS}


@pytest.mark.parametrize("of_staff", [False, True])
async def test_what_another_tab_writes_is_sent_to_who_passes_only(
    site: str, user: User, logged_in: str, of_staff: bool
) -> None:
    await User.objects.aupdate(is_staff=of_staff)
    async with connected(site, cookie=logged_in) as tab, connected(site) as other:
        await other.send(f"{DOOR}.give", tab=tab.kept_under, salary="given")
        await tab.receive_until(lambda tab: tab.var(DOOR, "seen") == "given")
        assert (PAYROLL in ever_sent(tab)) == of_staff
        assert (tab.var(PAYROLL, "salary") == "given") == of_staff
        assert PAYROLL not in ever_sent(other)
