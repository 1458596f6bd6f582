"""``load_identity`` makes session and user readable in async code, and asks the store no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import aget_user, alogout, aupdate_session_auth_hash, get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import SynchronousOnlyOperation
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient
from django.utils import timezone, translation
from django.utils.decorators import sync_only_middleware
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject
from pytest_django.fixtures import Settings

from django_adapter import MiddlewareRunner, load_identity, synthetic_request
from tests.conftest import Header, ScopeFactory

SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
USER = "django.contrib.auth.middleware.AuthenticationMiddleware"

ENGINES = ["db", "cached_db", "cache", "file", "signed_cookies"]


@sync_only_middleware
def user_from_a_header(get_response: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Find the user as token authentication does: lazily, and without a session."""

    def middleware(request: HttpRequest) -> HttpResponse:
        by_name = get_user_model().objects.get
        request.user = SimpleLazyObject(lambda: by_name(username=request.headers["X-User"]))
        return get_response(request)

    return middleware


class SpeaksGerman(MiddlewareMixin):
    def process_request(self, request: HttpRequest) -> None:
        translation.activate("de")
        timezone.activate("Asia/Tokyo")


class SeesLocals(ModelBackend):
    """Keeps what it finds where Django's language and time zone are kept, and changes one."""

    def get_user(self, user_id: int) -> AbstractBaseUser | None:
        seen = translation.get_language(), timezone.get_current_timezone_name()
        if (user := super().get_user(user_id)) is not None:
            user.seen = seen  # type: ignore[attr-defined]
        timezone.activate("Europe/Rome")
        return user


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """What is asked of databases, in every thread that connects from now on."""
    asked: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        asked.append(sql)
        return execute(sql, *args)

    def watch(connection: Any, **kwargs: Any) -> None:
        connection.execute_wrappers.append(note)

    connection_created.connect(watch)
    yield asked
    connection_created.disconnect(watch)


async def run(scope: dict[str, Any], view: Callable[[HttpRequest], Awaitable[Any]]) -> Any:
    """Return what ``view`` returns at the end of the chain."""
    seen = []

    async def wrapped(request: HttpRequest) -> HttpResponse:
        seen.append(await view(request))
        return HttpResponse()

    await MiddlewareRunner().run(synthetic_request(scope, path="/", csrf_proven=True), wrapped)
    return seen[0]


async def name_and_cart(request: HttpRequest) -> tuple[str, Any]:
    await load_identity(request)
    return request.user.get_username(), request.session.get("cart")


async def log_in(settings: Settings, engine: str, user: AbstractBaseUser) -> Header:
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    client = AsyncClient()
    await client.aforce_login(user)
    return b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()


@pytest.mark.parametrize("engine", ENGINES)
async def test_async_code_reads_session_and_user(
    settings: Settings,
    tmp_path: Path,
    websocket_scope: ScopeFactory,
    user: AbstractBaseUser,
    queries: list[str],
    engine: str,
) -> None:
    settings.MIDDLEWARE = [SESSION, USER]
    settings.SESSION_FILE_PATH = str(tmp_path)
    cookie = await log_in(settings, engine, user)

    async def view(request: HttpRequest) -> Any:
        await load_identity(request)
        before = len(queries)
        permissions = request.user.is_authenticated, request.user.is_staff, request.user.pk
        request.session["cart"] = request.session.get("cart", 0) + 1
        return permissions, len(queries) - before

    permissions, more_queries = await run(websocket_scope("/", [cookie]), view)
    assert permissions == (True, False, user.pk)
    assert more_queries == 0


@pytest.mark.parametrize("logged_in", [True, False])
async def test_awaiting_the_user_asks_nobody_again(
    settings: Settings,
    websocket_scope: ScopeFactory,
    login_cookie: Header,
    queries: list[str],
    logged_in: bool,
) -> None:
    settings.MIDDLEWARE = [SESSION, USER]

    async def view(request: HttpRequest) -> Any:
        await load_identity(request)
        before = len(queries)
        first = await request.auser()
        await alogout(request)
        return first.get_username(), (await request.auser()).get_username(), before

    scope = websocket_scope("/", [login_cookie] if logged_in else [])
    name, after_logout, before = await run(scope, view)
    assert (name, after_logout) == ("ada" if logged_in else "", "")
    assert [sql for sql in queries[before:] if "auth_user" in sql] == []


async def test_who_changes_their_password_stays_logged_in(
    settings: Settings, websocket_scope: ScopeFactory, login_cookie: Header
) -> None:
    settings.MIDDLEWARE = [SESSION, USER]

    async def view(request: HttpRequest) -> bool:
        await load_identity(request)
        request.user.set_password("another")
        await request.user.asave()
        await aupdate_session_auth_hash(request, request.user)
        return await aget_user(request) == request.user

    assert await run(websocket_scope("/", [login_cookie]), view)


async def test_async_code_without_it_may_not_read_them(
    settings: Settings, websocket_scope: ScopeFactory, login_cookie: Header
) -> None:
    """Not a promise of ours: it shows that the tests around this one prove something."""
    settings.MIDDLEWARE = [SESSION, USER]

    async def view(request: HttpRequest) -> None:
        with pytest.raises(SynchronousOnlyOperation):
            request.session.get("cart")
        with pytest.raises(SynchronousOnlyOperation):
            request.user.get_username()

    await run(websocket_scope("/", [login_cookie]), view)


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_visitor_without_a_session_cookie_costs_no_query(
    settings: Settings, websocket_scope: ScopeFactory, engine: str
) -> None:
    settings.MIDDLEWARE = [SESSION, USER]
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    # No fixture of this test gives access to a database: pytest-django lets none be asked.
    assert await run(websocket_scope("/", [(b"cookie", b"theme=dark")]), name_and_cart) == (
        "",
        None,
    )


@pytest.mark.parametrize("why", ["gone", "made up", "empty", "deactivated", "new password"])
async def test_a_session_that_is_nobodys_leads_to_nobody(
    settings: Settings,
    websocket_scope: ScopeFactory,
    user: AbstractBaseUser,
    why: str,
) -> None:
    settings.MIDDLEWARE = [SESSION, USER]
    _, cookie = await log_in(settings, "db", user)
    if why == "gone":
        await SessionStore(cookie.decode().partition("=")[2]).adelete()
    elif why == "deactivated":
        user.is_active = False
        await user.asave()
    elif why == "new password":
        user.set_password("other")
        await user.asave()
    else:
        cookie = b"sessionid=" + {"made up": b"x" * 32, "empty": b""}[why]
    name, _ = await run(websocket_scope("/", [(b"cookie", cookie)]), name_and_cart)
    assert name == ""


async def test_a_visitor_without_a_session_cookie_costs_no_hop(
    settings: Settings, websocket_scope: ScopeFactory
) -> None:
    settings.MIDDLEWARE = [SESSION, USER]

    async def view(request: HttpRequest) -> None:
        with pytest.raises(StopIteration):  # it ends without having waited for anything
            load_identity(request).send(None)

    await run(websocket_scope("/"), view)


async def test_the_thread_has_the_language_and_time_zone_of_the_request(
    settings: Settings, websocket_scope: ScopeFactory, user: AbstractBaseUser
) -> None:
    """As below ``sync_to_async()``, in both directions."""
    settings.MIDDLEWARE = [SESSION, USER, f"{__name__}.SpeaksGerman"]
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.SeesLocals"]
    cookie = await log_in(settings, "db", user)

    async def view(request: HttpRequest) -> Any:
        await load_identity(request)
        seen = request.user.seen  # type: ignore[union-attr]
        return seen, translation.get_language(), timezone.get_current_timezone_name()

    assert await run(websocket_scope("/", [cookie]), view) == (
        ("de", "Asia/Tokyo"),
        "de",
        "Europe/Rome",
    )


async def test_a_session_is_loaded_where_there_is_no_user(
    settings: Settings, websocket_scope: ScopeFactory, login_cookie: Header
) -> None:
    settings.MIDDLEWARE = [SESSION]

    async def session(request: HttpRequest) -> bool:
        await load_identity(request)
        return "_auth_user_id" in request.session

    assert await run(websocket_scope("/", [login_cookie]), session)


async def test_what_no_middleware_has_set_stays_unset(
    settings: Settings, websocket_scope: ScopeFactory
) -> None:
    async def attributes(request: HttpRequest) -> tuple[bool, bool]:
        await load_identity(request)
        return hasattr(request, "session"), hasattr(request, "user")

    scope = websocket_scope("/", [(b"cookie", b"sessionid=x")])
    settings.MIDDLEWARE = []
    assert await run(scope, attributes) == (False, False)


@pytest.mark.parametrize("middleware", [[], [SESSION], [SESSION, USER]])
async def test_a_user_who_does_not_come_from_the_session_is_loaded_too(
    settings: Settings,
    websocket_scope: ScopeFactory,
    user: AbstractBaseUser,
    middleware: list[str],
) -> None:
    settings.MIDDLEWARE = [*middleware, f"{__name__}.user_from_a_header"]

    async def who(request: HttpRequest) -> tuple[type, str]:
        await load_identity(request)
        return type(request.user), request.user.get_username()

    found = await run(websocket_scope("/", [(b"x-user", b"ada")]), who)
    assert found == (get_user_model(), "ada"), "lazy no more, which each look at it would pay for"


@sync_only_middleware
def keeps_the_thread(get_response: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    return middleware


async def test_a_thread_that_waits_for_the_view_is_the_one_that_loads(
    settings: Settings, user: AbstractBaseUser, http_scope: ScopeFactory
) -> None:
    login_cookie = await log_in(settings, "db", user)
    settings.MIDDLEWARE = [SESSION, USER, f"{__name__}.keeps_the_thread"]
    name, _ = await run(http_scope("/", [login_cookie]), name_and_cart)
    assert name == user.get_username()


async def test_what_is_active_crosses_to_the_thread_that_loads_the_user_and_back(
    http_scope: ScopeFactory, login_cookie: Header
) -> None:
    """A language lives in asgiref's ``Local``, which knows the thread that it belongs to."""

    def activate(request: HttpRequest) -> None:
        found.append(translation.get_language())
        translation.activate("fr")

    async def view(request: HttpRequest) -> HttpResponse:
        with translation.override("de"), timezone.override("Asia/Tokyo"):
            await load_identity(request, activate)
            found.append(translation.get_language())
            found.append(timezone.get_current_timezone_name())
        return HttpResponse()

    found: list[str] = []
    await run(http_scope("/", [login_cookie]), view)
    assert found == ["de", "fr", "Asia/Tokyo"]
