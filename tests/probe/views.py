"""States that do to Django what a handler may do, each handler one thing. No page of their own."""

import asyncio
import threading

import reflex as rx
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.http import HttpResponseRedirect

from reflex_adapter.current import NoCurrentRequest, current_request
from reflex_adapter.state import AppState
from tests.probe import (  # noqa: F401 - their states belong to the app
    crowd,
    guarded,
    identity,
    keeping,
    kinds,
    login_state,
    remembering,
    report_state,
    saying,
    slow,
    switching,
    uploads,
    vault,
    writing,
)
from tests.probe.middleware import trace

tasks: set[asyncio.Task[None]] = set()


class ProbeState(AppState):
    """``seen`` is what the last handler found."""

    seen: str = ""

    @rx.event
    async def who(self):
        trace.append("handler")
        self.seen = f"user={self.user.get_username()}"

    @rx.var
    def name(self) -> str:
        return self.user.get_username()

    @rx.event
    async def keep(self, value: str):
        self.seen = value

    def set_seen(self, value: str):
        self.seen = f"set to {value}"

    def undeclared(self):
        self.seen = "undeclared"

    @rx.event
    async def count_down(self, left: int):
        if left:
            return ProbeState.count_down(left - 1)
        self.seen = "done"

    @rx.event
    async def go_elsewhere(self):
        return HttpResponseRedirect("/elsewhere/")

    @rx.event(background=True)
    async def thread_in_background(self):
        thread = await sync_to_async(threading.get_ident)()
        users = await User.objects.acount()
        same = thread == await sync_to_async(threading.get_ident)()
        async with self:
            self.seen = f"{thread} {same} {users}"

    @rx.event
    async def note(self, text: str):
        trace.append(text)

    @rx.event
    async def mark(self, number: int):
        self.seen = f"mark {number}"

    @rx.event
    def who_by_orm(self):
        self.seen = f"users={User.objects.count()}"

    @rx.event
    async def path(self):
        self.seen = f"{self.request.method} {self.request.get_full_path()}"

    @rx.event
    async def describe_request(self):
        request = self.request
        who = f"{request.user} from {request.META['REMOTE_ADDR']}"
        self.seen = f"{request.method} {request.build_absolute_uri('/')} by {who}"

    @rx.event
    async def remember(self, value: str):
        self.session["remembered"] = value

    @rx.event
    async def remember_and_show(self, value: str):
        self.seen = self.session["remembered"] = value

    @rx.event
    async def recall(self):
        self.seen = f"remembered={self.session.get('remembered')}"

    @rx.event
    async def praise(self, text: str):
        self.messages.success(text)

    @rx.event
    async def token(self):
        self.seen = self.csrf_token

    @rx.event
    async def set_cookie(self, value: str):
        self.response.set_cookie("flavour", value, httponly=True, samesite="Strict")

    @rx.event
    async def drop_cookie(self):
        self.response.delete_cookie("flavour")

    @rx.event
    async def cookies(self):
        self.seen = f"cookies={sorted(self.request.COOKIES)}"

    @rx.event
    async def boom(self):
        trace.append("handler")
        raise ValueError("boom")

    @rx.event
    async def remember_and_boom(self):
        self.session["remembered"] = "lost"
        raise ValueError("boom")

    @rx.event
    async def steps(self):
        self.seen = "one"
        yield
        self.seen = f"two {self.user.get_username()}"

    @rx.event
    def sync_steps(self):
        self.seen = "one"
        yield
        self.seen = f"users={User.objects.count()}"
        return ProbeState.shout

    @rx.event
    async def shout(self):
        self.seen = self.seen.upper()

    @rx.event
    async def praise_twice(self):
        self.messages.success("first")
        return ProbeState.praise("second")

    @rx.event(background=True)
    async def in_background(self):
        async with self:
            self.seen = f"user={self.user.get_username()}"

    @rx.event(background=True)
    async def session_in_background(self):
        async with self:
            try:
                self.session["remembered"] = "lost"
            except NoCurrentRequest as error:
                self.seen = str(error)

    @rx.event
    async def outlive(self):
        async def later() -> None:
            await asyncio.sleep(0.05)
            try:
                current_request()
            except NoCurrentRequest:
                trace.append("no request later")

        tasks.add(asyncio.create_task(later()))


class PlainState(rx.State):
    """A state that knows nothing of Django: its events pass the chain all the same."""

    seen: str = ""

    @rx.event
    async def redirects(self):
        return HttpResponseRedirect("/cart")

    @rx.event
    async def who(self):
        trace.append("handler")
        self.seen = f"user={current_request().user.get_username()}"
