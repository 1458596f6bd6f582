import asyncio
import os
import secrets
import time

import reflex as rx

from reflex_adapter import template
from reflex_adapter.state import AppState
from tests.stopping.notes import note


class StopState(AppState):
    done: str = ""
    pid: int = 0
    ticks: int = 0

    @rx.event
    async def slow(self, seconds: float):
        note("event begun")
        self.done = "begun"
        yield
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            note("event cancelled")
            raise
        self.done = "slow"

    @rx.event
    async def login(self, seconds: float):
        note("event begun")
        await asyncio.sleep(seconds)
        self.session["who"] = "ada"
        self.done = "login"

    @rx.event
    def blocking(self, seconds: float):
        note("event begun")
        time.sleep(seconds)
        self.done = "blocking"

    @rx.event
    def blocking_in_steps(self, seconds: float):
        note("event begun")
        yield
        time.sleep(seconds)

    @rx.event
    async def chain(self, seconds: float):
        note("event begun")
        await asyncio.sleep(seconds)
        return StopState.set_done_to("chain")

    @rx.event
    async def set_done_to(self, text: str):
        note(f"done {text}")
        self.done = text

    @rx.event
    async def say_who(self):
        self.pid = os.getpid()

    @rx.event
    async def say_much(self, megabytes: int):
        for _ in range(megabytes):
            self.done = secrets.token_urlsafe(750_000)  # which cannot be compressed
            yield
        note("said all")

    @rx.event(background=True)
    async def tick(self):
        note("task begun")
        try:
            while self.done != "never":
                await asyncio.sleep(0.1)
                async with self:
                    self.ticks += 1
        finally:
            note("task ended")


@template(route="/")
def home() -> rx.Component:
    return rx.text(StopState.done, StopState.pid, StopState.ticks)
