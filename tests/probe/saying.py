"""A state whose handlers say something, and answer in every way that leads elsewhere, or not."""

import reflex as rx
from django.http import HttpResponse
from django.shortcuts import redirect

from reflex_adapter.state import AppState

ANSWERS = {
    "Django's redirect": lambda: redirect("/cart"),
    "Reflex's redirect": lambda: rx.redirect("/cart"),
    "a list": lambda: [rx.toast("and this"), redirect("/cart")],
    "another window": lambda: rx.redirect("/cart", is_external=True),
    "a response": lambda: HttpResponse("hello"),
    "nothing": lambda: None,
}


class SayingState(AppState):
    """``seen`` counts what was done."""

    seen: int = 0

    @rx.event
    async def say(self, text: str, answer: str = "nothing"):
        self.messages.success(text)
        self.seen += 1
        return ANSWERS[answer]()

    @rx.event
    async def say_and_yield(self, text: str, answer: str):
        self.messages.success(text)
        yield ANSWERS[answer]()
        self.seen += 1

    @rx.event
    async def say_twice(self):
        self.messages.info("half")
        yield
        self.messages.info("whole")

    @rx.event
    async def say_and_fail(self, text: str):
        self.messages.error(text)
        raise LookupError("It is not there.")

    @rx.event
    async def look(self):
        self.seen += 1
