"""States whose handlers log people in and out, and hold what is of one of them only."""

import asyncio

import reflex as rx
from django.contrib import auth
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from reflex_adapter.current import current_request
from reflex_adapter.state import AppState
from tests.probe.middleware import trace


async def become(username: str) -> None:
    """Log whoever the running event is from out, or in as somebody else."""
    request = current_request()
    if username:
        await auth.alogin(request, await User.objects.aget(username=username))
    else:
        await auth.alogout(request)


class SwitchingState(AppState):
    """``line`` is for who is logged in when it is written."""

    line: str = ""
    note: str = ""

    @rx.event
    async def switch(self, username: str):
        await become(username)
        self.line = f"secret of {username or 'nobody'}"

    @rx.event
    async def switch_and_go(self, username: str):
        await become(username)
        return rx.redirect("/elsewhere")

    @rx.event
    async def switch_and_praise(self, username: str):
        await become(username)
        self.messages.success("switched")

    @rx.event
    async def switch_between(self, username: str):
        yield
        await become(username)
        self.line = f"secret of {username or 'nobody'}"
        yield
        self.note = "after the switch"

    @rx.event
    async def switch_and_fail(self, username: str):
        await become(username)
        self.line = f"secret of {username or 'nobody'}"
        raise PermissionDenied

    @rx.event
    async def write(self):
        self.line = f"secret of {self.user.get_username()}"

    @rx.event
    async def stream(self, many: int):
        for number in range(many):
            self.line = f"secret {number}"
            yield
            await asyncio.sleep(0.1)
        trace.append("streamed")

    @rx.event
    async def change_password_and_stream(self, many: int):
        self.user.set_password("another")
        await self.user.asave()
        for number in range(many):
            self.line = f"secret {number}"
            yield
            await asyncio.sleep(0.1)
        await auth.aupdate_session_auth_hash(self.request, self.user)


class SwitchingPlainState(rx.State):
    """The same, without Django."""

    line: str = ""

    @rx.event
    async def switch(self, username: str):
        await become(username)
        self.line = f"secret of {username or 'nobody'}"

    @rx.event
    async def switch_between(self, username: str):
        yield
        await become(username)
        self.line = f"secret of {username or 'nobody'}"
        yield

    @rx.event
    async def switch_and_fail(self, username: str):
        await become(username)
        self.line = f"secret of {username or 'nobody'}"
        raise PermissionDenied


class SwitchingRoomState(rx.SharedState, AppState):
    """One for all who enter, whose handlers are those of an ``AppState``."""

    lines: list[str] = []

    @rx.event
    async def enter(self, room: str):
        await self._link_to(room)

    @rx.event
    async def say(self, text: str):
        self.lines = [*self.lines, f"{self.user.get_username()}: {text}"]
