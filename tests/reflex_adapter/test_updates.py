"""Updates at the end of a handler wait for the chain; what it yields on its way does not."""

from __future__ import annotations

from typing import Any

import pytest
from reflex.event import Event

from reflex_adapter._reflex import EventContext
from reflex_adapter.asgi_entry import app
from reflex_adapter.updates import HeldUpdates

EVENT, OTHER = Event(name="a.b"), Event(name="c.d")
DELTA = {"state": {"var": 1}}


async def nothing(*arguments: Any) -> None:
    pass


@pytest.fixture
def sent() -> list[Any]:
    """What has left for the client, in order."""
    return []


@pytest.fixture
def updates(sent: list[Any]) -> HeldUpdates:
    async def emit(token: str, *updates: Any) -> None:
        sent.append((token, *updates))

    return HeldUpdates(
        EventContext(
            token="tab",
            state_manager=app.state_manager,
            enqueue_impl=nothing,
            emit_delta_impl=emit,
            emit_event_impl=emit,
            router_data={"pathname": "/"},
        )
    )


async def test_updates_leave_at_once_until_they_are_held(
    updates: HeldUpdates, sent: list[Any]
) -> None:
    await updates.context.emit_delta(DELTA)
    await updates.context.emit_event(EVENT, OTHER)
    assert sent == [("tab", DELTA), ("tab", EVENT, OTHER)]


async def test_held_updates_leave_in_order_when_they_are_released(
    updates: HeldUpdates, sent: list[Any]
) -> None:
    updates.hold()
    await updates.context.emit_event(EVENT)
    await updates.context.emit_delta(DELTA)
    await updates.context.emit_event(OTHER)
    assert sent == []
    await updates.release()
    assert sent == [("tab", EVENT), ("tab", DELTA), ("tab", OTHER)]


async def test_after_the_release_updates_leave_at_once_and_none_twice(
    updates: HeldUpdates, sent: list[Any]
) -> None:
    updates.hold()
    await updates.context.emit_event(EVENT)
    await updates.release()
    await updates.context.emit_event(OTHER)
    assert sent == [("tab", EVENT), ("tab", OTHER)]
    await updates.release()
    assert len(sent) == 2


async def test_a_release_without_a_hold_does_nothing(updates: HeldUpdates, sent: list[Any]) -> None:
    await updates.release()
    assert sent == []


async def test_updates_of_an_event_that_goes_on_from_this_one_are_held_too(
    updates: HeldUpdates, sent: list[Any]
) -> None:
    updates.hold()
    await updates.context.fork().emit_event(EVENT)
    assert sent == []
    await updates.release()
    assert sent == [("tab", EVENT)]


@pytest.mark.parametrize("way", ["emit_delta_impl", "emit_event_impl"])
async def test_a_way_that_the_event_does_not_have_stays_away(way: str) -> None:
    context = EventContext(token="tab", state_manager=app.state_manager, enqueue_impl=nothing)
    assert getattr(HeldUpdates(context).context, way) is None


async def test_the_context_is_the_events_own_but_for_its_updates(updates: HeldUpdates) -> None:
    assert updates.context.token == "tab"
    assert updates.context.router_data == {"pathname": "/"}
    assert updates.context.state_manager is app.state_manager
    assert updates.context.enqueue_impl is nothing
