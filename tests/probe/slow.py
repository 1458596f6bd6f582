"""Handlers that go on for as long as a test wants."""

import asyncio

import reflex as rx

from reflex_adapter.state import AppState
from tests.probe.middleware import trace

gate = asyncio.Event()


class SlowState(AppState):
    @rx.event
    async def hold(self):
        await gate.wait()

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
