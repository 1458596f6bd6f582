"""A background task runs for the login it was started under, and not a step further."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from tests.probe.kinds import gates
from tests.reflex_adapter.client import APP_STATE, EventClient, connected

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

TASK = f"{APP_STATE}.tests___probe___kinds____task_state"


async def noted(trace: list[str], text: str) -> str:
    """Wait until something with ``text`` in it is noted; return it."""
    async with asyncio.timeout(10):
        while True:
            if found := [note for note in trace if text in note]:
                return found[0]
            await asyncio.sleep(0.01)


async def started(tab: EventClient, username: str = "ada") -> None:
    await tab.send(f"{TASK}.enter_twice")
    await tab.receive_until(lambda tab: tab.var(TASK, "seen") == f"first {username}")


async def ended(trace: list[str]) -> None:
    gates.open()
    await noted(trace, "ended")


async def test_a_task_goes_on_while_its_login_does(
    site: str, logged_in: str, trace: list[str]
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await started(tab)
        await ended(trace)
        await tab.receive_until(lambda tab: tab.var(TASK, "seen") == "second ada")


async def delete_session() -> None:
    await Session.objects.all().adelete()


async def deactivate() -> None:
    await User.objects.filter(username="ada").aupdate(is_active=False)


async def change_password() -> None:
    await User.objects.filter(username="ada").aupdate(password="another")


@pytest.mark.parametrize("end_login", [delete_session, deactivate, change_password])
async def test_a_task_is_stopped_when_its_login_has_ended(
    site: str,
    logged_in: str,
    trace: list[str],
    caplog: pytest.LogCaptureFixture,
    end_login: Callable[[], object],
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await started(tab)
        await end_login()  # type: ignore[misc]
        await ended(trace)
        assert "login under which" in trace[0]
        await tab.call(f"{TASK}.keep", value="next")
        assert "second" not in json.dumps(tab.state)
    assert "An error occurred" not in json.dumps(tab.told)
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("event", [("log_out", {}), ("log_in", {"username": "bob"})])
async def test_a_task_is_stopped_by_a_logout_or_another_login_in_its_tab(
    site: str, logged_in: str, trace: list[str], event: tuple[str, dict[str, str]]
) -> None:
    await User.objects.acreate(username="bob")
    async with connected(site, cookie=logged_in) as tab:
        await started(tab)
        name, payload = event
        await tab.send(f"{TASK}.{name}", **payload)
        await tab.receive_until(lambda tab: tab.scripts)
        await ended(trace)
        assert "login under which" in trace[0]


@pytest.mark.parametrize("becomes", ["bob", ""])
async def test_a_task_that_waits_for_its_state_while_the_login_ends_never_starts(
    site: str, logged_in: str, trace: list[str], caplog: pytest.LogCaptureFixture, becomes: str
) -> None:
    caplog.set_level("INFO", logger="reflex_adapter")
    await User.objects.acreate(username="bob")
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{TASK}.becomes", username=becomes)  # waits, and has the lock
        await asyncio.sleep(0.3)
        await tab.send(f"{TASK}.enter_twice")
        await asyncio.sleep(0.3)
        gates.open()
        await tab.receive_until(lambda tab: tab.scripts)
        await asyncio.sleep(0.3)
        assert tab.var(TASK, "seen") in (None, "")
    assert "Stopped" in caplog.text


async def test_what_is_sent_at_the_end_of_a_task_is_for_nobody_after_a_logout(
    site: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{TASK}.waits_without_entering")
        await tab.send(f"{TASK}.log_out")
        await tab.receive_until(lambda tab: tab.scripts)
        await tab.send(f"{TASK}.keep", value="mark")
        await tab.receive_until(lambda tab: tab.var(TASK, "kept") == "mark")
        before = len(tab.updates)
        gates.open()
        await asyncio.sleep(0.3)
        await tab.send(f"{TASK}.keep", value="another")
        await tab.receive_until(lambda tab: tab.var(TASK, "kept") == "another")
        assert '"ada' not in json.dumps(tab.updates[before:])


async def test_the_task_of_a_guest_goes_on_as_who_has_logged_in(
    site: str, user: User, trace: list[str]
) -> None:
    async with connected(site) as tab:
        await started(tab, "")
        await tab.send(f"{TASK}.log_in", username="ada")
        await tab.receive_until(lambda tab: tab.scripts)
        await ended(trace)
        await tab.receive_until(lambda tab: tab.var(TASK, "seen") == "second ada")


async def test_a_task_reads_nothing_that_was_kept_for_the_last_login(
    site: str, logged_in: str, trace: list[str]
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.call(f"{TASK}.keep", value="the secret of ada")
        await delete_session()
        await tab.send(f"{TASK}.reads_without_entering")
        assert await noted(trace, "kept") == "kept ''"


@pytest.mark.parametrize(
    "how", ["session", "request session", "flush", "messages", "login", "logout"]
)
async def test_what_would_be_lost_raises_and_says_what_to_do(
    site: str, logged_in: str, how: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{TASK}.writes", how=how)
        await tab.receive_until(lambda tab: tab.var(TASK, "seen"))
        assert "Yield or return another event" in tab.var(TASK, "seen")
        assert "_auth_user_id" in tab.var(TASK, "seen")
        assert "remembered" not in tab.var(TASK, "seen")
    assert await Session.objects.acount() == 1


async def test_a_task_may_read_the_session(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{TASK}.remember", value="this")
        await tab.send(f"{TASK}.keep", value="mark")
        await tab.receive_until(lambda tab: tab.var(TASK, "kept") == "mark")
        await tab.send(f"{TASK}.reads_session")
        await tab.receive_until(lambda tab: tab.var(TASK, "seen") == "remembered=this")
