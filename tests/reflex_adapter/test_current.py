"""The request of the running event: who finds it, and for how long."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import reflex as rx
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from reflex_adapter.current import (
    CurrentEvent,
    Nobody,
    NoCurrentRequest,
    bound,
    current_event,
    current_request,
    current_user,
    foreground_event,
)
from reflex_adapter.state import AppState

ACCESSORS = ["request", "session", "response", "csrf_token", "messages"]
FOREGROUND = ["response", "csrf_token", "messages"]


@pytest.fixture
def event() -> CurrentEvent:
    return CurrentEvent(HttpRequest())


@pytest.fixture
def state() -> AppState:
    return AppState(_reflex_internal_init=True)  # how Reflex makes one


def test_outside_an_event_there_is_no_request() -> None:
    with pytest.raises(NoCurrentRequest, match=r"use self\.request, self\.user and"):
        current_request()


def test_inside_the_block_the_event_is_found_and_after_it_is_not(event: CurrentEvent) -> None:
    with bound(event):
        assert current_event() is event
        assert current_request() is event.request
    with pytest.raises(NoCurrentRequest):
        current_event()


@pytest.mark.asyncio
async def test_all_generators_of_an_event_are_closed_whatever_one_raises(
    event: CurrentEvent,
) -> None:
    closed: list[int] = []

    async def generator(number: int) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            closed.append(number)
            raise ValueError(number)

    for number in range(3):
        await anext(event.own(generator(number)))
    with pytest.raises(ValueError, match=r"\d"):
        await event.close()
    assert sorted(closed) == [0, 1, 2]


def test_the_inner_event_is_found_first(event: CurrentEvent) -> None:
    inner = CurrentEvent(HttpRequest())
    with bound(event):
        with bound(inner):
            assert current_event() is inner
        assert current_event() is event


def test_an_event_that_raises_is_over_too(event: CurrentEvent) -> None:
    with pytest.raises(ValueError, match="boom"), bound(event):
        raise ValueError("boom")
    with pytest.raises(NoCurrentRequest):
        current_event()


async def test_a_task_finds_the_event_only_while_it_runs(event: CurrentEvent) -> None:
    over = asyncio.Event()

    async def look() -> Any:
        found = current_event()
        await over.wait()
        with pytest.raises(NoCurrentRequest):
            current_event()
        return found

    with bound(event):
        task = asyncio.create_task(look())
        await asyncio.sleep(0)
    over.set()
    assert await task is event


async def test_a_worker_thread_finds_the_event(event: CurrentEvent) -> None:
    with bound(event):
        assert await sync_to_async(current_event)() is event


async def test_events_that_run_at_once_each_find_their_own() -> None:
    async def run() -> bool:
        mine = CurrentEvent(HttpRequest())
        with bound(mine):
            await asyncio.sleep(0.01)
            return current_event() is mine

    assert await asyncio.gather(*[run() for _ in range(10)]) == [True] * 10


@pytest.mark.parametrize("background", [False, True])
def test_only_a_foreground_event_has_a_chain_to_speak_to(background: bool) -> None:
    event = CurrentEvent(HttpRequest(), background=background)
    with bound(event):
        if not background:
            assert foreground_event("self.session") is event
            return
        with pytest.raises(NoCurrentRequest, match=r"^self\.session cannot .* another event"):
            foreground_event("self.session")


@pytest.mark.parametrize("name", ACCESSORS)
def test_outside_an_event_the_accessor_raises(state: AppState, name: str) -> None:
    with pytest.raises(NoCurrentRequest):
        getattr(state, name)


def test_a_var_that_is_computed_for_no_event_sees_nobody(state: AppState) -> None:
    assert state.user == AnonymousUser()


@pytest.mark.parametrize("name", FOREGROUND)
def test_in_a_background_task_the_accessor_names_itself(state: AppState, name: str) -> None:
    with (
        bound(CurrentEvent(HttpRequest(), background=True)),
        pytest.raises(NoCurrentRequest, match=f"^self.{name} cannot be used in a background task"),
    ):
        getattr(state, name)


def test_an_event_brings_its_request_user_and_response(state: AppState) -> None:
    event = CurrentEvent(HttpRequest())
    event.request.user = "ada"  # type: ignore[assignment]
    event.request.session = {"a": 1}  # type: ignore[assignment]
    with bound(event):
        assert state.request is event.request
        assert (state.user, state.session) == ("ada", {"a": 1})
        assert state.response is event.response
        assert state.response.status_code == 200


def test_messages_cannot_be_replaced(state: AppState, event: CurrentEvent) -> None:
    with bound(event), pytest.raises(AttributeError, match=r"self\.messages\.success"):
        state.messages = []  # type: ignore[assignment]


@pytest.mark.parametrize("name", ["request", "user", "session", "response", "csrf_token"])
@pytest.mark.parametrize("how", ["a var", "a plain attribute", "a handler"])
def test_no_state_takes_the_name_of_an_accessor(name: str, how: str) -> None:
    body: dict[str, Any] = {
        "a var": {"__annotations__": {name: str}, name: ""},
        "a plain attribute": {name: None},
        "a handler": {name: lambda self: None},
    }[how]
    with pytest.raises(TypeError, match=f"ShadowState.{name}: the name is that of an accessor"):
        type("ShadowState", (AppState,), {"__module__": __name__, **body})


def test_code_that_runs_for_no_event_runs_for_nobody() -> None:
    assert current_user() == AnonymousUser()


def test_the_user_of_the_event_is_found_without_a_state(event: CurrentEvent) -> None:
    event.request.user = "ada"  # type: ignore[assignment]
    with bound(event):
        assert current_user() == "ada"


async def test_a_task_that_outlives_its_event_is_not_told_that_there_is_nobody(
    event: CurrentEvent, state: AppState
) -> None:
    over = asyncio.Event()

    async def look() -> None:
        await over.wait()
        for ask in (current_user, lambda: state.user, lambda: state.username):
            with pytest.raises(NoCurrentRequest):
                ask()

    with bound(event):
        task = asyncio.create_task(look())
    over.set()
    await task


@pytest.fixture
def tabs() -> tuple[CurrentEvent, CurrentEvent]:
    events = CurrentEvent(HttpRequest(), token="mine"), CurrentEvent(HttpRequest(), token="yours")
    for event in events:
        event.request.user = event.token  # type: ignore[assignment]
    return events


def state_of(token: str) -> AppState:
    root = rx.State(_reflex_internal_init=True)
    root.rx_router_session = dataclasses.replace(root.rx_router_session, client_token=token)
    return AppState(_reflex_internal_init=True, parent_state=root)


def test_a_state_finds_the_event_of_its_own_tab(tabs: tuple[CurrentEvent, CurrentEvent]) -> None:
    mine, yours = tabs
    with bound(mine):
        assert state_of("mine").user == "mine"
        assert state_of("yours").user == AnonymousUser()
        with bound(yours):
            assert (state_of("mine").user, state_of("yours").user) == ("mine", "yours")
            assert current_user() == "yours"
        with bound(Nobody(token="yours")):
            assert (state_of("mine").user, state_of("yours").user) == ("mine", AnonymousUser())
            assert current_user() == AnonymousUser()


@pytest.mark.parametrize("name", ACCESSORS)
def test_a_state_finds_no_request_of_another_tab(
    tabs: tuple[CurrentEvent, CurrentEvent], name: str
) -> None:
    with bound(tabs[0]), pytest.raises(NoCurrentRequest):
        getattr(state_of("yours"), name)


@pytest.mark.parametrize("name", FOREGROUND)
def test_nobody_has_no_chain_to_speak_to(
    tabs: tuple[CurrentEvent, CurrentEvent], name: str
) -> None:
    with bound(tabs[0]), bound(Nobody(token="yours")), pytest.raises(NoCurrentRequest):
        getattr(state_of("yours"), name)


def test_where_a_tab_is_nobodys_so_is_its_request(tabs: tuple[CurrentEvent, CurrentEvent]) -> None:
    with bound(tabs[0]), bound(Nobody(token="yours")):
        state = state_of("yours")
        assert state.request is current_request() is not tabs[0].request
        assert (current_request().user, dict(state.session.items())) == (AnonymousUser(), {})


def test_two_events_do_not_share_a_response() -> None:
    assert CurrentEvent(HttpRequest()).response is not CurrentEvent(HttpRequest()).response
