"""Hold back what the end of a handler sends, until the chain around it has ended.

Otherwise the browser could act on an update before the session behind it is saved. What a
handler yields on its way leaves at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

from reflex_adapter._reflex import EventContext

Emit = Callable[..., Awaitable[Any]]


class HeldUpdates:
    """Its ``context`` is the event's own; updates pass through or, after ``hold()``, are kept.

    ``shown``, where it is set, decides when a delta is sent what of it may be.
    """

    def __init__(self, context: EventContext) -> None:
        self._held: list[tuple[Emit, tuple[Any, ...]]] = []
        self._holding = False
        self.shown: Callable[[Any], Awaitable[Any]] | None = None
        self.context = dataclasses.replace(
            context,
            emit_delta_impl=context.emit_delta_impl and self._delta(context.emit_delta_impl),
            emit_event_impl=context.emit_event_impl and self._through(context.emit_event_impl),
        )

    def hold(self) -> None:
        self._holding = True

    async def release(self) -> None:
        """Send what was kept, in order."""
        self._holding = False
        while self._held:
            emit, arguments = self._held.pop(0)
            await emit(*arguments)

    def _delta(self, emit: Emit) -> Any:
        unheld = getattr(emit, "unheld", emit)

        async def emit_shown(token: str, delta: Any) -> None:
            if self.shown is not None:
                delta = await self.shown(delta)
            if delta:
                await unheld(token, delta)

        return self._through(emit_shown, unheld)

    def _through(self, emit: Emit, unheld: Emit | None = None) -> Any:
        # The context of an event that went on to this one had its own way around Reflex's.
        emit = getattr(emit, "unheld", emit)

        async def emit_or_hold(*arguments: Any) -> None:
            if self._holding:
                self._held.append((emit, arguments))
            else:
                await emit(*arguments)

        emit_or_hold.unheld = unheld or emit  # type: ignore[attr-defined]
        return emit_or_hold
