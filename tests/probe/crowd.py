"""A state and middleware for many users at once: each event looks whether all it finds is its own.

What is somebody else's is noted in ``troubles``.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import reflex as rx
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import async_only_middleware, sync_only_middleware
from django.utils.translation import get_language

from reflex_adapter.current import current_request
from reflex_adapter.state import AppState

troubles: list[str] = []
finished: set[tuple[str, int]] = set()
in_use: dict[int, str] = {}  # which event works on a connection
chance = random.Random()


def moment() -> float:
    return chance.random() * 0.004


def language_of(owner: str) -> str:
    return ("de", "fr", "nl", "en", "pl")[int(owner[1:3]) % 5]


def look(request: HttpRequest, owner: str) -> None:
    """Note what of ``request``, and of what stands around it, is not of ``owner``."""
    found = {
        "page": request.GET.get("who"),
        "cookie": request.COOKIES.get("owner"),
        "header": request.headers.get("X-Owner"),
        "user": request.user.get_username(),
        "session": request.session.get("owner"),
    }
    troubles.extend(f"{owner}: {name} is {its!r}" for name, its in found.items() if its != owner)
    if get_language() != language_of(owner):
        troubles.append(f"{owner}: language is {get_language()}")
    if current_request() is not request:
        troubles.append(f"{owner}: the current request is another")


@contextmanager
def alone(owner: str) -> Iterator[None]:
    """Work in a transaction on a connection, on which nobody else may be working meanwhile."""
    connection.ensure_connection()
    ours = id(connection.connection)
    if connection.in_atomic_block or ours in in_use:
        troubles.append(f"{owner}: a connection is in use by {in_use.get(ours)}")
    in_use[ours] = owner
    with transaction.atomic():
        User.objects.filter(username=owner).update(first_name=owner)
        yield
        time.sleep(moment() / 4)
        if in_use[ours] != owner or User.objects.get(first_name=owner).username != owner:
            troubles.append(f"{owner}: a transaction is that of {in_use[ours]}")
    del in_use[ours]


class CrowdState(AppState):
    """Each handler is of one kind, and works a while."""

    done: int = 0
    note: str = ""

    @rx.var(cache=False)
    def whose(self) -> str:
        return f"{self.user.get_username()} {get_language()}"

    @rx.var
    def whose_cached(self) -> str:
        return f"{self.user.get_username()} {self.done}"

    def _note(self, owner: str, number: int) -> None:
        look(self.request, owner)
        finished.add((owner, number))
        self.note = f"{owner} did {number}"
        self.done += 1

    @rx.event
    async def in_loop(self, owner: str, number: int):
        look(self.request, owner)
        self.messages.success(f"{owner} says {number}")
        await asyncio.sleep(moment())
        if await sync_to_async(lambda: connection.in_atomic_block)():
            troubles.append(f"{owner}: there is a transaction already")
        self.session["number"] = number
        self._note(owner, number)

    @rx.event
    def in_thread(self, owner: str, number: int):
        look(self.request, owner)
        with alone(owner):
            self.session["number"] = number
        self._note(owner, number)

    @rx.event
    async def in_steps(self, owner: str, number: int):
        for _ in range(2):
            look(self.request, owner)
            yield
            await asyncio.sleep(moment())
        self._note(owner, number)

    @rx.event
    def in_steps_of_a_thread(self, owner: str, number: int):
        with alone(owner):
            look(self.request, owner)
        self.note = f"{owner} is about to do {number}"
        yield
        with alone(owner):
            self.messages.info(f"{owner} says {number}")
        self._note(owner, number)

    @rx.event
    async def in_chain(self, owner: str, number: int):
        look(self.request, owner)
        yield CrowdState.in_thread(owner, number)
        await asyncio.sleep(moment())
        look(self.request, owner)

    @rx.event(background=True)
    async def in_background(self, owner: str, number: int):
        await asyncio.sleep(moment())
        await sync_to_async(self._alone_and_looking)(owner)
        async with self:
            if self.user.get_username() != owner:
                troubles.append(f"{owner}: in the background the user is {self.user}")
            self.note = f"{owner} did {number}"
            self.done += 1
            finished.add((owner, number))

    def _alone_and_looking(self, owner: str) -> None:
        with alone(owner):
            if current_request().user.get_username() != owner:
                troubles.append(f"{owner}: in a background thread there is another user")


class CrowdPlainState(rx.State):
    """A state that knows nothing of Django."""

    note: str = ""

    @rx.event
    async def in_plain_state(self, owner: str, number: int):
        look(current_request(), owner)
        await asyncio.sleep(moment())
        look(current_request(), owner)
        finished.add((owner, number))
        self.note = f"{owner} did {number}"


@sync_only_middleware
def dawdles_in_a_thread(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        time.sleep(moment())
        response: HttpResponse = get_response(request)
        time.sleep(moment())
        look_again(request)
        return response

    return middleware


@async_only_middleware
def dawdles(get_response: Any) -> Any:
    async def middleware(request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(moment())
        response: HttpResponse = await get_response(request)
        await asyncio.sleep(moment())
        look_again(request)
        return response

    return middleware


def look_again(request: HttpRequest) -> None:
    owner = request.GET.get("who")
    if owner and get_language() != language_of(owner):
        troubles.append(f"{owner}: in middleware, language is {get_language()}")
