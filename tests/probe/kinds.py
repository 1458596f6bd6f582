"""One handler of each kind that Reflex knows; each tells what it found of Django, and where."""

import asyncio
import functools
import threading
from typing import Any

import reflex as rx
from django.contrib import messages
from django.contrib.auth import alogin, alogout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import connection
from django.http import Http404
from django.shortcuts import redirect

from reflex_adapter import page
from reflex_adapter.background import AccountChanged
from reflex_adapter.current import NoCurrentRequest, current_request
from reflex_adapter.state import AppState
from tests.probe.middleware import trace

LOOP_THREAD = "MainThread"
RAISED = {
    "Http404": Http404("no such thing"),
    "PermissionDenied": PermissionDenied("not yours"),
    "SuspiciousOperation": SuspiciousOperation("odd"),
    "BadRequest": BadRequest("bad"),
    "ValueError": ValueError("boom"),
}


def in_atomic() -> bool:
    return connection.in_atomic_block


class Gates:
    """Lets background tasks on, all that have come to it."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Event] = []

    async def wait(self) -> None:
        self._waiting.append(gate := asyncio.Event())
        await gate.wait()

    def open(self) -> None:
        while self._waiting:
            self._waiting.pop().set()


gates = Gates()


def here() -> str:
    """Tell whom the request of the running event is from, and whether this is the event loop."""
    thread = "loop" if threading.current_thread().name == LOOP_THREAD else "thread"
    return f"{current_request().user.get_username()} {thread}"


def noted_async(function: Any) -> Any:
    @functools.wraps(function)
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        trace.append("decorator")
        return await function(self, *args, **kwargs)

    return wrapper


def noted(function: Any) -> Any:
    """Decorate any kind of handler by a plain function, which returns what the handler does."""

    @functools.wraps(function)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        trace.append("decorator")
        return function(self, *args, **kwargs)

    return wrapper


class Mixin(rx.State, mixin=True):
    from_mixin: str = ""

    @rx.event
    async def of_mixin(self):
        self.from_mixin = self.seen = here()

    @rx.event
    def plain_of_mixin(self):
        self.from_mixin = self.seen = f"{here()} {User.objects.count()}"


class KindsState(Mixin, AppState):
    """``seen`` is what the last handler found; ``steps`` what it found on its way."""

    seen: str = ""
    steps: list[str] = []

    @rx.event
    async def coroutine(self):
        self.seen = here()

    @rx.event
    def plain(self):
        self.seen = f"{here()} {User.objects.count()}"

    @rx.event
    def plain_yields_nonsense(self):
        try:
            User.objects.create_user("lost")
            trace.append(f"began in {threading.get_ident()}")
            yield 5
        finally:
            trace.append(f"ended in {threading.get_ident()}, in a transaction: {in_atomic()}")

    @rx.event
    async def yields_nonsense(self):
        try:
            yield 5
        finally:
            trace.append(f"ended for {current_request().user.get_username()}")

    @rx.event(background=True)
    async def yields_nonsense_in_background(self):
        try:
            yield 5
        finally:
            trace.append(f"ended for {current_request().user.get_username()}")

    @rx.event
    async def redirects_with_a_cookie(self):
        self.response.set_cookie("flavour", "mint")
        self.response["X-Flavour"] = "mint"
        return redirect("/cart")

    @rx.event
    def returns_a_redirect_after_a_step(self):
        yield
        return redirect("/cart")

    async def undecorated(self):
        self.seen = here()

    @rx.event
    async def generator(self):
        self.steps = [here()]
        yield
        self.steps = [*self.steps, here()]
        yield KindsState.coroutine

    @rx.event
    def plain_generator(self):
        self.steps = [here()]
        yield
        self.steps = [*self.steps, f"{here()} {User.objects.count()}"]
        yield KindsState.coroutine

    @rx.event
    async def goes_on(self):
        return [KindsState.plain, KindsState.argument("last")]

    @rx.event
    async def argument(self, value: str, times: int = 2):
        self.seen = f"{value * times} {here()}"

    @rx.event
    async def form(self, data: dict[str, Any]):
        self.seen = f"{data['name']} {here()}"

    @rx.event
    async def calls_others(self):
        await self.coroutine()
        self.steps = [self.seen]
        self.plain_seen()
        self.steps = [*self.steps, self.seen]

    @rx.event
    def plain_seen(self):
        self.seen = f"called {here()}"

    @rx.event
    @noted_async
    async def decorated(self):
        self.seen = here()

    @rx.event
    @noted
    def decorated_plain(self):
        self.seen = f"{here()} {User.objects.count()}"

    @rx.event
    @noted
    async def async_in_plain(self):
        self.seen = here()

    @rx.event
    @noted
    def generator_in_plain(self):
        self.steps = [f"{here()} {User.objects.count()}"]
        yield
        self.seen = f"{here()} {User.objects.count()}"

    @rx.event
    @noted
    async def async_generator_in_plain(self):
        self.steps = [here()]
        yield
        self.seen = here()

    @rx.event
    async def other_state(self):
        other = await self.get_state(OtherState)
        other.seen = other.user.get_username()
        self.seen = await self.get_var_value(OtherState.seen)

    @rx.event(background=True)
    async def background(self):
        async with self:
            self.seen = here()

    @rx.event(background=True)
    async def background_generator(self):
        async with self:
            self.steps = [here()]
        yield KindsState.coroutine

    @rx.event
    async def in_transaction(self):
        self.seen = str(connection.in_atomic_block)

    @rx.event
    def plain_in_transaction(self):
        self.seen = str(connection.in_atomic_block)

    @rx.event
    def writes_and_raises(self):
        User.objects.create_user("lost")
        raise ValueError("boom")

    @rx.event
    def writes_yields_and_raises(self):
        User.objects.create_user("lost")
        self.seen = "yielded"
        yield
        raise ValueError("boom")

    @rx.event
    async def yields_and_raises(self):
        self.session["remembered"] = "lost"
        self.seen = "yielded"
        yield
        self.steps = ["sent with the next event"]  # state is Reflex's, and not rolled back
        raise ValueError("boom")

    @rx.event
    def counts_users(self):
        self.seen = str(User.objects.count())

    @rx.var
    def computed(self) -> str:
        return self.user.get_username()

    @rx.var(cache=False)
    def computed_always(self) -> str:
        return f"{self.user.get_username()} {self.seen}"

    @rx.var
    async def computed_async(self) -> str:
        return f"{self.user.get_username()} {self.seen}"


class OtherState(AppState):
    seen: str = ""


class InheritedState(KindsState):
    """Its handlers are its parent's, and one of its own by the same name."""

    @rx.event
    async def of_child(self):
        self.seen = f"child {here()}"


class RoomState(rx.SharedState):
    """One state for all who enter a room."""

    lines: list[str] = []

    @rx.event
    async def enter(self, room: str):
        await self._link_to(room)

    @rx.event
    async def say(self, text: str):
        self.lines = [*self.lines, f"{current_request().user.get_username()}: {text}"]


class TaskState(AppState):
    """Background tasks that wait until they are let on."""

    seen: str = ""
    kept: str = ""

    @rx.event
    async def keep(self, value: str):
        self.kept = value

    @rx.event
    async def becomes(self, username: str):
        await gates.wait()
        await alogout(self.request)
        if username:
            await alogin(self.request, await User.objects.aget(username=username))
        self.kept = f"of {username}"

    @rx.event(background=True)
    async def enter_twice(self):
        async with self:
            self.seen = f"first {self.user.get_username()}"
        await gates.wait()
        try:
            async with self:
                self.seen = f"second {self.user.get_username()}"
                trace.append(self.seen)
        except AccountChanged as error:
            trace.append(str(error))
            raise
        finally:
            trace.append("ended")

    @rx.event(background=True)
    async def waits_without_entering(self):
        await gates.wait()

    @rx.event(background=True)
    async def reads_without_entering(self):
        trace.append(f"kept {self.kept!r}")

    @rx.event(background=True)
    async def writes(self, how: str):
        request = self.request
        try:
            match how:
                case "session":
                    self.session["remembered"] = "lost"
                case "request session":
                    request.session.update({"remembered": "lost"})
                case "flush":
                    await request.session.aflush()
                case "messages":
                    messages.success(request, "lost")
                case "login":
                    await alogin(request, await User.objects.aget(username="ada"))
                case "logout":
                    await alogout(request)
        except NoCurrentRequest as error:
            async with self:
                self.seen = f"{error} It has {sorted(dict(self.session.items()))}"

    @rx.event(background=True)
    async def reads_session(self):
        async with self:
            self.seen = f"remembered={self.session.get('remembered')}"

    @rx.event
    async def remember(self, value: str):
        self.session["remembered"] = value

    @rx.event
    async def log_out(self):
        await alogout(self.request)

    @rx.event
    async def log_in(self, username: str):
        await alogin(self.request, await User.objects.aget(username=username))


class RaisingState(AppState):
    seen: str = ""

    @rx.event
    async def raises(self, what: str):
        self.session["raised"] = what
        raise RAISED[what]

    @rx.event(background=True)
    async def raises_in_background(self):
        raise ValueError("boom")

    @rx.event
    async def mark(self):
        self.seen = f"raised={self.session.get('raised')}"


@page(route="/raises/404", on_load=RaisingState.raises("Http404"))
@page(route="/raises/500", on_load=RaisingState.raises("ValueError"))
def raises() -> rx.Component:
    return rx.text(RaisingState.seen)


class MemberState(AppState):
    """Nothing of it is for a stranger."""

    inside: str = "of the members"
    seen: str = ""

    @rx.var(cache=False)
    def always(self) -> str:
        return f"inside of {self.user.get_username() or 'members'}"

    @rx.event
    async def tell(self):
        self.seen = f"member {self.user.get_username()}"

    @rx.event
    @login_not_required
    async def knock(self):
        trace.append("knocked")
        self.seen = "knocked"


@login_not_required
class LobbyState(AppState):
    """For everybody, and what its child adds is not."""

    seen: str = ""

    @rx.event
    async def on_load(self):
        self.seen = f"welcome {self.user.get_username() or 'stranger'}"

    @rx.event
    async def look(self):
        member = await self.get_state(MemberState)
        member.seen = "changed by a stranger"
        self.seen = member.inside[:2]

    @rx.event(background=True)
    async def look_in_background(self):
        async with self:
            (await self.get_state(MemberState)).seen = "changed by a stranger"
            self.seen = "looked"

    @rx.event
    async def log_in(self):
        await alogin(self.request, await User.objects.aget(username="ada"))
        self.seen = "logged in"


class InnerState(LobbyState):
    inner: str = "of the child"

    @rx.event
    async def enter(self):
        self.inner = "entered"


@page(route="/lobby", on_load=LobbyState.on_load, login_required=False)
def lobby() -> rx.Component:
    return rx.text(LobbyState.seen)


@page(route="/inner")
def inner() -> rx.Component:
    return rx.text(InnerState.inner, MemberState.seen)
