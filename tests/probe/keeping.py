"""States that are looked at after their account has changed, and events for other tabs."""

import reflex as rx
from reflex.event import Event
from reflex_base.event.context import EventContext

from reflex_adapter.current import current_request
from reflex_adapter.state import AppState
from tests.probe.middleware import trace


class PokeState(AppState):
    """Has an event run in another tab."""

    seen: str = ""

    @rx.event
    async def poke(self, tab: str):
        poked = Event.from_event_type(PokeState.poked)
        await EventContext.get().enqueue_impl(tab, *poked)
        self.seen = "poked another"

    @rx.event
    async def poked(self):
        trace.append(f"poked {current_request().user.get_username()}")
        self.seen = f"poked as {current_request().user.get_username()}"
