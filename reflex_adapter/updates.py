"""Hold back what the end of a handler sends, until the chain around it has ended.

Otherwise the browser could act on an update before the session behind it is saved. What a
handler yields on its way leaves at once.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from reflex.event import Event

from reflex_adapter._reflex import EventContext

Delta = Mapping[str, Mapping[str, Any]]
Emit = Callable[..., Awaitable[None]]


class Updates:
    """The updates of one event: they pass through or, after ``hold()``, are kept.

    Each of ``filters`` decides, when a delta is sent, what of it may be. What is to be sent while
    ``reaches`` says no is dropped: the page that would get it is not the one the event is from.
    """

    __slots__ = ("_held", "_holding", "filters", "reaches", "since")

    def __init__(self) -> None:
        self.since = time.time()  # when the event was put in its tab's queue
        self._held: list[tuple[Emit, tuple[Any, ...]]] = []
        self._holding = False
        self.filters: list[Callable[[Delta], Awaitable[Delta]]] = []
        self.reaches: Callable[[], bool] | None = None

    def hold(self) -> None:
        self._holding = True

    async def release(self) -> None:
        """Send what was kept, in order."""
        self._holding = False
        while self._held:
            emit, arguments = self._held.pop(0)
            await self.emit(emit, *arguments)

    async def emit(self, emit: Emit, *arguments: Any) -> None:
        """Call ``emit``, now or when what is kept is sent."""
        if self._holding:
            self._held.append((emit, arguments))
        elif self.reaches is None or self.reaches():
            await emit(*arguments)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class HoldingContext(EventContext):  # type: ignore[no-untyped-call]
    """Reflex's context of an event, with a hold on its updates.

    Reflex makes the contexts of all events from the one it starts with, in that one's class. An
    event that goes on from another has updates of its own.
    """

    updates: Updates = dataclasses.field(default_factory=Updates, init=False, repr=False)

    async def emit_delta(self, delta: Delta) -> None:
        await self.updates.emit(self._emit_shown, delta)

    async def emit_event(self, *events: Event) -> None:
        await self.updates.emit(EventContext.emit_event, self, *events)

    async def _emit_shown(self, delta: Delta) -> None:
        for shown in self.updates.filters:
            delta = await shown(delta)
        if delta:
            await EventContext.emit_delta(self, delta)


async def emit_now(context: EventContext, *events: Event) -> None:
    """Send ``events`` past what is held: the hold may be waiting for what they do."""
    await EventContext.emit_event(context, *events)


def holding(context: EventContext) -> HoldingContext:
    """Return ``context`` with a hold on its updates."""
    fields = [field.name for field in dataclasses.fields(EventContext) if field.init]
    return HoldingContext(**{name: getattr(context, name) for name in fields})


def updates_of(context: EventContext) -> Updates:
    if not isinstance(context, HoldingContext):
        raise TypeError(f"{context!r} was not made by the processor of a DjangoApp.")
    return context.updates
