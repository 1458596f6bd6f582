"""One page with a button for each way in which an event can be answered."""

import reflex as rx
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponseRedirect

from reflex_adapter import page
from reflex_adapter.state import AppState


class AnswersState(AppState):
    """Handlers that middleware answers for do nothing that could be mistaken for an answer."""

    count: int = 0
    mark: str = ""

    @rx.event
    async def works(self):
        self.count += 1

    @rx.event
    async def unauthorized(self):
        self.count = 1000

    @rx.event
    async def forbidden(self):
        self.count = 1000

    @rx.event
    async def missing(self):
        self.count = 1000

    @rx.event
    async def too_many(self):
        self.count = 1000

    @rx.event
    async def busy(self):
        self.count = 1000

    @rx.event
    async def failing(self):
        self.count = 1000

    @rx.event
    async def in_place(self):
        self.count = 1000

    @rx.event
    async def breaks(self):
        self.count = 1000

    @rx.event
    async def redirected(self):
        self.count = 1000

    @rx.event
    async def redirected_away(self):
        self.count = 1000

    @rx.event
    async def returns_redirect(self):
        return HttpResponseRedirect("/elsewhere/?from=handler")

    @rx.event
    async def raises_forbidden(self):
        raise PermissionDenied("not yours")

    @rx.event
    async def raises_missing(self):
        raise Http404("no such thing")

    @rx.event
    async def raises_suspicious(self):
        raise SuspiciousOperation("odd")

    @rx.event
    async def raises(self):
        raise ValueError("boom")

    @rx.event
    async def raises_for_middleware(self):
        raise KeyError("answered by process_exception")

    @rx.event
    async def yields_and_raises(self):
        self.mark = "yielded"
        yield
        self.mark = "lost"
        raise ValueError("boom after a yield")

    @rx.event(background=True)
    async def raises_in_background(self):
        raise ValueError("boom in the background")


HANDLERS = [name for name in AnswersState.event_handlers if not name.startswith("set")]


def button(name: str) -> rx.Component:
    return rx.button(name, id=name, on_click=getattr(AnswersState, name))


@page(route="/")
def answers() -> rx.Component:
    return rx.vstack(
        rx.text(AnswersState.count, id="count"),
        rx.text(AnswersState.mark, id="mark"),
        *[button(name) for name in HANDLERS],
    )


@page(route="/refused")
def refused() -> rx.Component:
    return rx.text(rx.cond(AnswersState.is_hydrated, "here", "loading"), id="refused")


def links() -> rx.Component:
    places = ("raising", "missing", "plain")
    return rx.vstack(*[rx.link(place, href=f"/{place}", id=f"to-{place}") for place in places])


@page(route="/raising", on_load=AnswersState.raises)
def raising() -> rx.Component:
    return links()


@page(route="/missing", on_load=AnswersState.raises_missing)
def missing() -> rx.Component:
    return links()


@page(route="/plain")
def plain() -> rx.Component:
    return button("raises_missing")
