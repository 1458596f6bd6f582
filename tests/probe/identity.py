"""States that look at who they are for: by mirrors, in a language, and on behalf of another tab."""

import asyncio
import json
from typing import Any

import reflex as rx
from django.contrib import auth
from django.contrib.auth.models import User
from django.core.exceptions import SynchronousOnlyOperation
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy

from reflex_adapter.current import current_request, current_user
from reflex_adapter.state import AppState

computed: list[str] = []  # the vars that were, in order

OF_USER = ["is_authenticated", "username", "email", "is_staff", "is_superuser"]
OF_LANGUAGE = ["language", "language_bidi"]


def greeting() -> str:
    """What code without a state finds: the language is that of the word for yes."""
    zone = timezone.get_current_timezone_name()
    return f"{gettext('Yes')} {current_user().get_username()} {zone}"


class LookState(AppState):
    """``seen`` is what the last handler found, the vars what they found themselves."""

    seen: str = ""

    @rx.var
    def cached_name(self) -> str:
        computed.append("cached_name")
        return f"{self.username} {self.is_authenticated}"

    @rx.var
    def cached_language(self) -> str:
        return f"{gettext('Yes')} {self.language}"

    @rx.var(cache=False)
    def live(self) -> str:
        return f"{self.seen} | {greeting()} | {self.username}"

    @rx.event
    async def mirrors(self):
        self.seen = json.dumps([getattr(self, name) for name in OF_USER + OF_LANGUAGE])

    @rx.event
    def permissions(self):
        self.seen = " ".join(self.perms)

    @rx.event
    async def permissions_without_a_thread(self):
        self.seen = " ".join(self.perms)

    @rx.event
    async def log_in(self, username: str):
        await auth.alogin(self.request, await User.objects.aget(username=username))

    @rx.event
    async def log_in_between(self, username: str):
        await auth.alogin(self.request, await User.objects.aget(username=username))
        yield
        await asyncio.sleep(0.2)
        await auth.alogout(self.request)

    @rx.event
    async def log_out(self):
        await auth.alogout(self.request)

    @rx.event
    async def change_email(self, email: str):
        self.user.email = email
        await self.user.asave()

    @rx.event
    async def greet(self):
        self.seen = greeting()

    @rx.event
    def greet_in_a_thread(self):
        self.seen = greeting()

    @rx.event
    async def greet_step_by_step(self):
        self.seen = ""
        yield
        await asyncio.sleep(0.02)
        self.seen = greeting()

    @rx.event
    def greet_step_by_step_in_a_thread(self):
        self.seen = ""
        yield
        self.seen = greeting()

    @rx.event(background=True)
    async def greet_in_background(self):
        found = greeting()
        async with self:
            self.seen = found

    @rx.event
    async def speak(self, language: str):
        translation.activate(language)

    @rx.event
    async def set_header(self, value: str):
        self.response["X-Flavour"] = self.seen = value

    @rx.event
    async def choose_language(self, language: str):
        self.response.set_cookie("django_language", language)

    @rx.event
    async def cycle_key(self):
        before = self.session.session_key
        await self.session.acycle_key()
        self.seen = f"cycled {before != self.session.session_key}"

    @rx.event
    async def cycle_key_at_once(self):
        try:
            self.session.cycle_key()
        except SynchronousOnlyOperation as error:
            self.seen = str(error)

    @rx.event
    async def use_session(self):
        before = self.session.get("count", 0)
        self.session["count"] = before + 1
        self.seen = f"{before} then {self.session['count']}"

    @rx.event
    async def flush(self):
        await self.session.aflush()
        self.seen = f"flushed {dict(self.session.items())}"

    @rx.event
    async def list_messages(self):
        self.messages.info("one")
        self.messages.warning("two", extra_tags="loud")
        self.seen = f"{len(self.messages)} {[message.tags for message in self.messages]}"


class BlindState(AppState):
    """Its cached var depends on whom it is computed for, and reads nothing of ``self`` for that."""

    @rx.var
    def blind(self) -> str:
        return greeting()


class LazyState(AppState):
    """Text that is translated when it is read."""

    text: str = ""
    texts: list[dict[str, Any]] = []

    @rx.event
    async def answer(self):
        self.text = gettext_lazy("Yes")
        self.texts = [{"no": gettext_lazy("No")}]

    @rx.event
    async def answer_and_go_on(self):
        self.text = gettext_lazy("Yes")
        yield
        self.text = gettext_lazy("No")

    @rx.event(background=True)
    async def answer_in_background(self):
        async with self:
            self.text = gettext_lazy("Yes")


class RoomState(rx.SharedState):
    """What several tabs share."""

    text: str = ""


class NeighbourState(AppState):
    """A tab that is looked at, and written to, by others."""

    greeting: str = ""
    room: str = ""
    word: str = ""

    @rx.var
    async def line(self) -> str:
        shared = await self.get_state(RoomState)
        return f"{self.user.get_username() or 'nobody'} reads {shared.text}"

    @rx.var
    def card(self) -> str:
        return f"{self.user.get_username() or 'nobody'} got {self.word} in {gettext('Yes')}"

    @rx.var(cache=False)
    def path(self) -> str:
        return current_request().path if self.word == "path" else ""

    @rx.event
    async def own_token(self):
        self.room = self.router.session.client_token

    @rx.event
    async def enter(self, room: str):
        shared = await self.get_state(RoomState)
        await shared._link_to(room)

    @rx.event
    async def say(self, text: str):
        shared = await self.get_state(RoomState)
        shared.text = text

    @rx.event
    async def give(self, tab: str, word: str):
        from reflex_adapter.django_led_app import app  # noqa: PLC0415 - it imports this module

        async with app.modify_state(rx.BaseStateToken(ident=tab, cls=NeighbourState)) as root:
            theirs = await root.get_state(NeighbourState)
            theirs.word = f"{word} by {self.user.get_username()}" if word != "path" else word
        self.room = f"{self.user.get_username()} {current_user().get_username()} {gettext('Yes')}"
