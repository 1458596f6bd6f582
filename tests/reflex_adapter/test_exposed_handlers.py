"""What clients can call of our own state classes: a frozen list, so that nothing joins it unseen.

Every public function in the body of a state class can be called by any client.
"""

from __future__ import annotations

import inspect
import json

import pytest
import reflex as rx

from reflex_adapter import mirrors
from reflex_adapter.django_led_app import app
from reflex_adapter.state import AppState, RequestAccess
from tests.reflex_adapter.client import APP_STATE, PROBE, connected

EXPOSED = {f"{APP_STATE}.setvar"}  # which every state has

MIRRORS = [*mirrors.OF_USER, *mirrors.OF_LANGUAGE, "csrf_token", "messages"]
ACCESSORS = sorted(name for name in vars(RequestAccess) if not name.startswith("__"))


def handlers() -> set[str]:
    """Return the names by which clients can call handlers."""
    return set(app._registration_context.event_handlers)  # type: ignore[union-attr]


def our_states() -> list[type[rx.State]]:
    states: list[type[rx.State]] = [rx.State]
    for state in states:
        states.extend(state.__subclasses__())
    return [state for state in states if state.__module__.startswith("reflex_adapter")]


def test_our_states_expose_nothing_but_what_is_on_the_list() -> None:
    prefixes = tuple(f"{state.get_full_name()}." for state in our_states())
    ours = {name for name in handlers() if name.startswith(prefixes)}
    theirs = {name for name in ours if name.count(".") > APP_STATE.count(".") + 1}
    assert ours - theirs == EXPOSED
    assert f"{PROBE}.who" in theirs  # the list is not empty for want of looking


def test_app_state_is_our_only_state() -> None:
    assert our_states() == [AppState]


def test_app_state_adds_no_handler() -> None:
    assert set(AppState.event_handlers) == {"setvar"}


def test_nothing_of_the_request_is_a_handler() -> None:
    assert set(ACCESSORS) == {*MIRRORS, "request", "response", "session", "user"}
    assert not issubclass(RequestAccess, rx.State)
    assert not {name for name in handlers() if name.rpartition(".")[2] in ACCESSORS}


def test_setvar_finds_no_setter_of_ours() -> None:
    """It calls ``self.set_<name>``, whatever that is: a helper of that name would be exposed."""
    added = set(dir(AppState)) - set(dir(rx.State))
    assert not {name for name in added if name.startswith("set_")}


def test_only_what_a_component_shows_is_sent_to_the_client() -> None:
    assert set(AppState.base_vars) == {f"shown_{name}" for name in MIRRORS}
    assert set(AppState.computed_vars) == set()
    own = {name for name in vars(AppState) if inspect.isfunction(vars(AppState)[name])}
    assert not {name for name in own if not name.startswith("_")}


@pytest.mark.parametrize("name", [*ACCESSORS, "shown_messages", "__init__", "get_state", "reset"])
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.django_db(transaction=True)
async def test_a_client_that_calls_it_all_the_same_gets_nothing(site: str, name: str) -> None:
    async with connected(site) as tab:
        for event in (f"{APP_STATE}.{name}", f"{PROBE}.{name}"):
            await tab.send(event)
        await tab.send(f"{APP_STATE}.setvar", var_name=name, value="mine")
        before = json.dumps(tab.state)
        await tab.send(f"{PROBE}.mark", number=7)
        await tab.receive_until(lambda tab: tab.var(PROBE, "seen") == "mark 7")
        tab.state[PROBE]["seen_rx_state_"] = ""
        assert json.dumps(tab.state) == before
