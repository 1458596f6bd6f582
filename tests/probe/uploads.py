"""Upload handlers, each one thing that they may do."""

import asyncio

import reflex as rx
from django.contrib.auth import alogin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from reflex.event import Event

from reflex_adapter import page
from reflex_adapter._reflex import EventContext
from reflex_adapter.current import current_request
from reflex_adapter.state import AppState
from reflex_adapter.upload_body import UploadRefused
from tests.probe.middleware import trace


@page()
def uploads() -> rx.Component:
    """Reflex takes uploads only where a page has one."""
    return rx.upload(id="probe")


class PlainUploadState(rx.State):
    """A state that knows nothing of Django."""

    seen: str = ""

    @rx.event
    async def keep(self, files: list[rx.UploadFile]):
        self.seen = current_request().user.get_username()


class UploadState(AppState):
    """``seen`` is what the last handler found."""

    seen: str = ""

    @rx.event
    async def keep(self, files: list[rx.UploadFile]):
        trace.append("handler")
        sizes = [f"{file.name}={len(await file.read())}" for file in files]
        self.seen = f"{self.user.get_username()}: {' '.join(sizes)}"

    async def undeclared(self, files: list[rx.UploadFile]):
        self.seen = "undeclared"

    @rx.event
    async def count_spooled(self, files: list[rx.UploadFile]):
        self.seen = f"{sum(not file.file.closed for file in files)} files"

    @rx.event
    def keep_by_orm(self, files: list[rx.UploadFile]):
        self.seen = f"users={User.objects.count()} files={len(files)}"

    @rx.event
    async def describe(self, files: list[rx.UploadFile]):
        request = self.request
        hidden = request.headers.get("content-type")
        self.seen = f"{request.method} {request.get_full_path()} {request.META['REMOTE_ADDR']} "
        self.seen += f"{request.headers['X-Mine']} {hidden}"

    @rx.event
    async def go_on(self, files: list[rx.UploadFile]):
        return UploadState.after

    @rx.event
    async def after(self):
        self.seen = f"after {self.user.get_username()}"

    @rx.event
    async def wait_and_go_on(self, files: list[rx.UploadFile]):
        yield UploadState.after
        await asyncio.sleep(0.05)

    @rx.event
    async def steps(self, files: list[rx.UploadFile]):
        self.seen = "one"
        yield
        self.seen = f"two {self.user.get_username()}"

    @rx.event
    async def late_cookie(self, files: list[rx.UploadFile]):
        self.seen = "one"
        yield
        await asyncio.sleep(0.1)
        self.response.set_cookie("flavour", "late")

    @rx.event
    async def remember(self, files: list[rx.UploadFile]):
        self.session["remembered"] = files[0].name
        self.messages.success("kept")
        self.response.set_cookie("flavour", "mint", httponly=True)

    @rx.event
    async def remember_alone(self, files: list[rx.UploadFile]):
        self.session["remembered"] = files[0].name

    @rx.event
    async def log_in(self, files: list[rx.UploadFile]):
        await alogin(self.request, await User.objects.aget(username="ada"))

    @rx.event
    async def recall(self):
        self.seen = f"{self.user.get_username()} {self.session.get('remembered')}"

    @rx.event
    async def forbid(self, files: list[rx.UploadFile]):
        raise PermissionDenied

    @rx.event
    async def boom(self, files: list[rx.UploadFile]):
        raise ValueError("boom")

    @rx.event
    async def step_and_boom(self, files: list[rx.UploadFile]):
        self.seen = "one"
        yield
        await asyncio.sleep(0.1)
        raise ValueError("boom")

    @rx.event
    async def go_on_and_boom(self, files: list[rx.UploadFile]):
        yield UploadState.after
        raise ValueError("boom")

    @rx.event
    async def go_on_in_another_tab(self, files: list[rx.UploadFile], token: str):
        after = Event.from_event_type(UploadState.after)
        await EventContext.get().enqueue_impl(token, *after)

    @rx.event(background=True)
    async def stream(self, chunks: rx.UploadChunkIterator):
        trace.append("handler")
        async with self:
            self.seen = "begun"
        size = 0
        try:
            async for chunk in chunks:
                size += len(chunk.data)
        except asyncio.CancelledError:
            trace.append("cancelled")
            raise
        async with self:
            self.seen = f"{self.user.get_username()}: {size}"

    @rx.event(background=True)
    async def stream_or_clean_up(self, chunks: rx.UploadChunkIterator):
        async with self:
            self.seen = "begun"
        try:
            async for _ in chunks:
                pass
        except UploadRefused as refused:
            async with self:
                self.seen = f"cleaned up: {refused.status}"
            raise
