"""A remembered visitor costs nothing, is forgotten in time, and overwrites nothing of others."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import alogin, alogout
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import DJANGO_VERSION_PICKLE_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from pytest_django.fixtures import Settings

from django_adapter import AuthCache, MiddlewareRunner, SyntheticRequests
from django_adapter.auth_cache import copied
from tests.conftest import Header, ScopeFactory
from tests.django_adapter.test_identity import ENGINES, SESSION, USER, log_in

STORED = [engine for engine in ENGINES if engine != "signed_cookies"]  # which has no store


class Events:
    """The events of one connection, with a cache."""

    def __init__(self, scope: dict[str, Any], seconds: float = 60) -> None:
        self.requests, self.cache = SyntheticRequests(scope), AuthCache(seconds)
        self.runner = MiddlewareRunner()
        self.status = 0

    async def run(self, handler: Callable[[HttpRequest], Awaitable[Any]]) -> Any:
        seen = []

        async def view(request: HttpRequest) -> HttpResponse:
            await self.cache.load(self.requests, request)
            seen.append(await handler(request))
            return HttpResponse()

        request = self.requests.request(path="/", csrf_proven=True)
        self.status = (await self.runner.run(request, view)).response.status_code
        self.cache.ended(self.requests, request)
        return seen[0]


@pytest.fixture(autouse=True)
def with_sessions(settings: Settings, tmp_path: Path) -> None:
    settings.MIDDLEWARE = [SESSION, USER]
    settings.SESSION_FILE_PATH = str(tmp_path)


async def who(request: HttpRequest) -> tuple[str, str, Any]:
    also = await request.auser()
    return request.user.get_username(), also.get_username(), request.session.get("cart")


async def change_cart(request: HttpRequest) -> None:
    request.session["cart"] = "mine"


def store_of(settings: Settings, cookie: Header) -> Any:
    key = cookie[1].decode().partition("=")[2]
    return import_string(f"{settings.SESSION_ENGINE}.SessionStore")(key)


@pytest.mark.parametrize("engine", ENGINES)
async def test_the_store_is_asked_once(
    settings: Settings,
    websocket_scope: ScopeFactory,
    user: AbstractBaseUser,
    engine: str,
) -> None:
    events = Events(websocket_scope("/", [await log_in(settings, engine, user)]))
    first = await events.run(who)
    assert first == ("ada", "ada", None)

    reached = []

    async def view(request: HttpRequest) -> HttpResponse:
        with pytest.raises(StopIteration):  # it ends without having waited for anything
            events.cache.load(events.requests, request).send(None)
        reached.append(await who(request))
        return HttpResponse()

    await events.runner.run(events.requests.request(path="/", csrf_proven=True), view)
    assert reached == [first]


async def test_the_bound_is_kept(
    settings: Settings, websocket_scope: ScopeFactory, user: AbstractBaseUser
) -> None:
    events = Events(websocket_scope("/", [await log_in(settings, "db", user)]), seconds=2)
    assert (await events.run(who))[0] == "ada"
    await User.objects.filter(pk=user.pk).aupdate(is_active=False)
    assert (await events.run(who))[0] == "ada"
    await asyncio.sleep(2)
    assert (await events.run(who))[0] == ""


@pytest.mark.parametrize("engine", STORED)
@pytest.mark.parametrize("saved_by", ["the middleware", "asave"])
async def test_what_others_saved_meanwhile_stays(
    settings: Settings,
    websocket_scope: ScopeFactory,
    user: AbstractBaseUser,
    engine: str,
    saved_by: str,
) -> None:
    cookie = await log_in(settings, engine, user)
    events = Events(websocket_scope("/", [cookie]))
    other = store_of(settings, cookie)
    await other.aset("old", 1)
    await other.asave()
    await events.run(who)
    await other.aset("theirs", [1])
    await other.apop("old")
    await other.asave()

    async def change(request: HttpRequest) -> None:
        await change_cart(request)
        if saved_by == "asave":
            await request.session.asave()

    await events.run(change)
    stored = dict(await store_of(settings, cookie).aitems())
    assert (stored["theirs"], stored["cart"], "old" in stored) == ([1], "mine", False)

    async def theirs(request: HttpRequest) -> Any:
        return request.session.get("theirs")

    assert await events.run(theirs) == [1]  # forgotten after the change, and asked for again


@pytest.mark.parametrize("engine", STORED)
async def test_a_session_that_was_deleted_does_not_come_back(
    settings: Settings, websocket_scope: ScopeFactory, user: AbstractBaseUser, engine: str
) -> None:
    cookie = await log_in(settings, engine, user)
    events = Events(websocket_scope("/", [cookie]))
    await events.run(who)
    await store_of(settings, cookie).adelete()
    await events.run(change_cart)
    assert events.status == 400  # SessionInterrupted, as after any view
    assert not await store_of(settings, cookie).aexists(store_of(settings, cookie).session_key)


async def test_what_an_event_does_to_its_own_copy_is_not_seen_by_the_next(
    settings: Settings, websocket_scope: ScopeFactory, user: AbstractBaseUser
) -> None:
    cookie = await log_in(settings, "db", user)
    other = store_of(settings, cookie)
    await other.aset("list", [])
    await other.asave()
    events = Events(websocket_scope("/", [cookie]))

    async def spoil(request: HttpRequest) -> Any:
        seen = request.user.get_username(), list(request.session["list"])
        request.user.username = "spoiled"  # type: ignore[union-attr]
        request.session["list"].append(1)  # Django does not notice, and does not save it
        return seen

    for _ in range(3):
        assert await events.run(spoil) == ("ada", [])


class CarefulUser(User):
    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "last_name": "copied"}

    class Meta:
        app_label = "auth"
        proxy = True


@pytest.mark.parametrize("kind", [User, CarefulUser])
async def test_a_user_is_copied_as_copy_does_it(user: AbstractBaseUser, kind: type[User]) -> None:
    known = await kind.objects.aget(pk=user.pk)
    mine, theirs = vars(copied(known)), vars(copy.copy(known))
    for each in (mine, theirs):
        each.pop(DJANGO_VERSION_PICKLE_KEY, None)  # which pickling leaves behind
    mine_state, theirs_state = mine.pop("_state"), theirs.pop("_state")
    assert (mine, vars(mine_state)) == (theirs, vars(theirs_state))
    assert mine_state.fields_cache is not known._state.fields_cache
    assert copied(known) is not known


async def test_who_is_no_model_is_copied_too() -> None:
    assert isinstance(copied(AnonymousUser()), AnonymousUser)


async def test_login_and_logout_work_on_a_remembered_session(
    settings: Settings, websocket_scope: ScopeFactory, user: AbstractBaseUser
) -> None:
    cookie = await log_in(settings, "db", user)
    events = Events(websocket_scope("/", [cookie]))
    await events.run(who)
    keys = []

    async def change(request: HttpRequest) -> None:
        await alogin(request, user, "django.contrib.auth.backends.ModelBackend")
        await request.session.acycle_key()
        keys.append(request.session.session_key)

    await events.run(change)
    old = store_of(settings, cookie)
    assert not await old.aexists(old.session_key)
    assert (await type(old)(keys[0]).aget("_auth_user_id")) == str(user.pk)

    async def leave(request: HttpRequest) -> None:
        await alogout(request)

    again = Events(websocket_scope("/", [(b"cookie", f"sessionid={keys[0]}".encode())]))
    await again.run(who)
    await again.run(leave)
    assert again.status == 200
    assert not await old.aexists(keys[0])


async def test_a_visitor_without_a_session_is_no_affair_of_its(
    websocket_scope: ScopeFactory,
) -> None:
    events = Events(websocket_scope("/"))
    assert await events.run(who) == ("", "", None)
    assert len(events.cache._known) == 0


async def test_what_is_remembered_ends_with_the_connection(
    settings: Settings, websocket_scope: ScopeFactory, user: AbstractBaseUser
) -> None:
    events = Events(websocket_scope("/", [await log_in(settings, "db", user)]))
    await events.run(who)
    assert len(events.cache._known) == 1
    events.requests = SyntheticRequests(websocket_scope("/"))
    assert len(events.cache._known) == 0
