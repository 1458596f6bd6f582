"""Handlers that go on for as long as a test wants."""

import asyncio

import reflex as rx

from reflex_adapter.state import AppState
from tests.probe.middleware import trace

gate = asyncio.Event()


class SlowState(AppState):
    noted: int = 0
    poured: str = ""
    taken: str = ""

    @rx.event
    async def take(self, seconds: float):
        await asyncio.sleep(seconds)
        self.taken = self.user.get_username()

    @rx.event
    async def pour(self, many: int, size: int):
        for number in range(many):
            self.poured = f"{number}".rjust(size)
            yield
        trace.append("poured")

    @rx.event
    async def hold(self):
        await gate.wait()

    @rx.event
    async def hold_and_remember(self):
        await gate.wait()
        self.session["held"] = True

    @rx.event(background=True)
    async def hold_in_background(self):
        trace.append("task")
        await gate.wait()

    @rx.event
    async def chain(self, many: int):
        await gate.wait()
        return [SlowState.note] * many

    @rx.event
    async def note(self):
        trace.append("note")

    @rx.event
    async def note_aloud(self):
        self.noted += 1
