"""States that are looked at after their account has changed, and events for other tabs."""

import reflex as rx
from reflex.event import Event
from reflex_base.event.context import EventContext

from reflex_adapter.current import current_request
from reflex_adapter.state import AppState, keeps
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


@keeps("theme", "_chosen")
class KeepingState(AppState):
    """Some of it outlives its account."""

    theme: str = "light"
    _chosen: list[str] = []
    draft: str = ""
    _noted: list[str] = []

    @rx.var
    def lists(self) -> str:
        return f"{self._chosen} {self._noted}"

    @rx.event
    async def fill(self):
        self.theme = "dark"
        self.draft = "a secret"
        self._chosen = ["chosen"]
        self._noted = ["a secret"]

    @rx.event
    async def choose(self, what: str):
        self._chosen.append(what)


class BelowState(KeepingState):
    """Has the theme of the one above, and what it adds is not kept."""

    layout: str = "narrow"

    @rx.event
    async def fill_below(self):
        self.theme = "black"
        self.layout = "a secret"


@keeps("in_tab", "theme")
class PlainKeepingState(rx.State):
    """Knows nothing of Django, and has vars in each kind of the browser's storage."""

    theme: str = "light"
    draft: str = ""

    in_cookie: str = rx.Cookie("none")
    on_disk: rx.LocalStorage = rx.LocalStorage("", name="disk")
    in_session: str = rx.SessionStorage("")
    in_tab: str = rx.SessionStorage("")

    @rx.event
    async def fill(self):
        self.theme = "dark"
        self.draft = self.in_cookie = self.on_disk = self.in_session = "a secret"
        self.in_tab = "my tab"

    @rx.event
    async def note(self, text: str):
        self.draft = text
