"""States whose handlers write into the session and show the same, each kind of handler its way."""

import time

import reflex as rx
from django.utils.decorators import sync_only_middleware

from reflex_adapter.current import current_request
from reflex_adapter.state import AppState


class WritingState(AppState):
    """``seen`` is what is in the session by the time the browser knows it."""

    seen: str = ""

    @rx.event
    async def in_loop(self, value: str):
        self.seen = self.session["remembered"] = value

    @rx.event
    def in_thread(self, value: str):
        self.seen = self.session["remembered"] = value

    @rx.event
    async def in_steps(self, value: str):
        yield
        self.session["remembered"] = value
        self.seen = value

    @rx.event
    def in_steps_of_a_thread(self, value: str):
        yield
        self.seen = self.session["remembered"] = value

    @rx.event
    async def in_chain(self, value: str):
        return WritingState.in_loop(value)

    @rx.event
    async def by_script(self, value: str):
        self.session["remembered"] = value
        return rx.call_script(f"show({value!r})")


class WritingPlainState(rx.State):
    """The same in a state that knows nothing of Django."""

    seen: str = ""

    @rx.event
    async def in_loop(self, value: str):
        self.seen = current_request().session["remembered"] = value

    @rx.event
    async def in_steps(self, value: str):
        yield
        self.seen = current_request().session["remembered"] = value

    @rx.event
    def in_plain_function(self, value: str):
        self.seen = current_request().session["remembered"] = value

    @rx.event
    def in_steps_that_go_on(self, value: str):
        yield
        return WritingPlainState.in_loop(value)


@sync_only_middleware
def slow_after_events(get_response):
    """Take a while between a handler and what stands in front, which saves the session."""

    def middleware(request):
        response = get_response(request)
        time.sleep(0.05 if request.path == "/slow/" else 0)
        return response

    return middleware
