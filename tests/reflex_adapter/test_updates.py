"""Updates at the end of a handler wait for the chain; what it yields on its way does not."""

from __future__ import annotations

from typing import Any

import pytest
from reflex.event import Event

from reflex_adapter._reflex import EventContext
from reflex_adapter.django_led_app import app
from reflex_adapter.updates import HoldingContext, emit_now, holding, updates_of

EVENT, OTHER = Event(name="a.b"), Event(name="c.d")
DELTA = {"state": {"var": 1}}


async def nothing(*arguments: Any) -> None:
    pass


@pytest.fixture
def sent() -> list[Any]:
    """What has left for the client, in order."""
    return []


@pytest.fixture
def context(sent: list[Any]) -> HoldingContext:
    async def emit(token: str, *updates: Any) -> None:
        sent.append((token, *updates))

    return holding(
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
    context: HoldingContext, sent: list[Any]
) -> None:
    await context.emit_delta(DELTA)
    await context.emit_event(EVENT, OTHER)
    assert sent == [("tab", DELTA), ("tab", EVENT, OTHER)]


async def test_held_updates_leave_in_order_when_they_are_released(
    context: HoldingContext, sent: list[Any]
) -> None:
    context.updates.hold()
    await context.emit_event(EVENT)
    await context.emit_delta(DELTA)
    await context.emit_event(OTHER)
    assert sent == []
    await context.updates.release()
    assert sent == [("tab", EVENT), ("tab", DELTA), ("tab", OTHER)]


async def test_what_is_to_leave_now_passes_what_is_held(
    context: HoldingContext, sent: list[Any]
) -> None:
    context.updates.hold()
    await context.emit_event(EVENT)
    await emit_now(context, OTHER)
    assert sent == [("tab", OTHER)]


async def test_after_the_release_updates_leave_at_once_and_none_twice(
    context: HoldingContext, sent: list[Any]
) -> None:
    context.updates.hold()
    await context.emit_event(EVENT)
    await context.updates.release()
    await context.emit_event(OTHER)
    assert sent == [("tab", EVENT), ("tab", OTHER)]
    await context.updates.release()
    assert len(sent) == 2


async def test_a_release_without_a_hold_does_nothing(
    context: HoldingContext, sent: list[Any]
) -> None:
    await context.updates.release()
    assert sent == []


async def test_an_event_that_goes_on_from_this_one_has_updates_of_its_own(
    context: HoldingContext, sent: list[Any]
) -> None:
    next_context = context.fork()
    context.updates.hold()
    await next_context.emit_event(EVENT)
    assert sent == [("tab", EVENT)]
    updates_of(next_context).hold()
    await context.updates.release()
    await next_context.emit_event(OTHER)
    assert len(sent) == 1


async def test_what_is_shown_is_decided_when_it_is_sent(
    context: HoldingContext, sent: list[Any]
) -> None:
    shown: dict[str, dict[str, Any]] = {}

    async def only_shown(delta: Any) -> Any:
        return shown

    context.updates.filters.append(only_shown)
    await context.emit_delta(DELTA)
    assert sent == []  # nothing is left of it
    context.updates.hold()
    await context.emit_delta(DELTA)
    shown["other"] = {"var": 2}
    await context.updates.release()
    assert sent == [("tab", {"other": {"var": 2}})]


async def test_a_way_that_the_event_does_not_have_is_not_gone() -> None:
    context = holding(
        EventContext(token="tab", state_manager=app.state_manager, enqueue_impl=nothing)
    )
    assert context.emit_delta_impl is context.emit_event_impl is None
    await context.emit_delta(DELTA)
    await context.emit_event(EVENT)


async def test_the_context_is_the_events_own_but_for_its_updates(context: HoldingContext) -> None:
    assert context.token == "tab"
    assert context.router_data == {"pathname": "/"}
    assert context.state_manager is app.state_manager
    assert context.enqueue_impl is nothing


async def test_a_context_of_reflexs_own_is_refused() -> None:
    plain = EventContext(token="", state_manager=app.state_manager, enqueue_impl=nothing)
    with pytest.raises(TypeError, match="processor of a DjangoApp"):
        updates_of(plain)
