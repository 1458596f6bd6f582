"""Mirrors: what components show of the user and the language, sent when it changes, and then only.

``shown`` refers to mirrors as a page does: by asking a state class for them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import reflex as rx
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Permission
from django.core.exceptions import SynchronousOnlyOperation
from django.db.backends.signals import connection_created
from pytest_django.fixtures import Settings

from django_adapter import SyntheticRequests
from reflex_adapter import handlers, mirrors
from reflex_adapter.current import CurrentEvent
from reflex_adapter.django_led_app import app
from reflex_adapter.state import AppState, RequestAccess
from tests.conftest import Header, ScopeFactory
from tests.fresh import printed
from tests.probe.identity import LookState, computed
from tests.reflex_adapter.client import (
    APP_STATE,
    LOOK,
    PLAIN,
    PROBE,
    ROOT,
    EventClient,
    connected,
    run,
)

NAMES = [*mirrors.OF_USER, *mirrors.OF_LANGUAGE, "csrf_token", "messages"]

online = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]
Shown = Callable[..., None]


@pytest.fixture
def shown() -> Iterator[Shown]:
    before = set(mirrors._shown)
    mirrors._shown.clear()  # the shop's pages have been evaluated

    def show(*names: str) -> None:
        for name in names:
            assert isinstance(getattr(AppState, name), rx.Var)

    yield show
    mirrors._shown.clear()
    mirrors._shown.update(before)


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """What is asked of databases, in every thread that connects from now on."""
    asked: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        asked.append(sql)
        return execute(sql, *args)

    def watch(connection: Any, **kwargs: Any) -> None:
        if note not in connection.execute_wrappers:  # it may connect again
            connection.execute_wrappers.append(note)

    connection_created.connect(watch)
    yield asked
    connection_created.disconnect(watch)


def value(tab: EventClient, name: str) -> Any:
    return tab.var(APP_STATE, f"shown_{name}")


async def look(tab: EventClient, handler: str, **payload: Any) -> list[dict[str, Any]]:
    """Run a handler to its end; return what it changed of the mirrors, update by update."""
    before = len(tab.updates)
    await tab.send(f"{LOOK}.{handler}", **payload)
    await run(tab, "who")
    deltas = [update.get("delta", {}).get(APP_STATE) for update in tab.updates[before:]]
    return [delta for delta in deltas if delta]


@pytest.mark.parametrize("state", [AppState, LookState])
@pytest.mark.parametrize("name", NAMES)
def test_a_class_has_the_var_of_the_one_field_that_mirrors_it(
    shown: Shown, state: type[AppState], name: str
) -> None:
    field = getattr(AppState, f"shown_{name}")
    assert str(getattr(state, name)) == str(field)
    assert mirrors.is_shown(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_class_that_is_no_state_has_no_var(name: str) -> None:
    assert getattr(RequestAccess, name) is vars(RequestAccess)[name]


def test_a_list_of_permissions_can_be_asked_for_one(shown: Shown) -> None:
    assert "includes" in str(AppState.perms.contains("shop.add_product"))


def test_a_mirror_cannot_be_assigned() -> None:
    state = LookState(_reflex_internal_init=True)
    with pytest.raises(AttributeError):
        state.username = "mallory"  # type: ignore[misc]


def test_a_state_may_have_a_var_of_that_name_itself() -> None:
    class SignUp(AppState):
        email: str = "mine"

    state = SignUp(_reflex_internal_init=True, parent_state=AppState(_reflex_internal_init=True))
    assert state.email == "mine"
    assert str(SignUp.email).endswith("sign_up.email_rx_state_")


@pytest.mark.parametrize("name", ["messages", "csrf_token", "language", "language_bidi"])
def test_a_setting_switches_a_mirror_off(shown: Shown, settings: Settings, name: str) -> None:
    setting = {"messages": "MESSAGES", "csrf_token": "CSRF"}.get(name, "LANGUAGE")
    setattr(settings, f"REFLEX_DJANGO_MIRROR_{setting}", False)
    shown(name)
    assert not mirrors.is_shown(name)


def test_the_pages_say_at_serve_time_which_mirrors_they_show() -> None:
    script = (
        "from reflex_adapter.asgi_entry import application\n"
        "from reflex_adapter.mirrors import _shown; print(*sorted(_shown))"
    )
    of_the_shop = "email is_authenticated is_staff language messages perms username"
    assert printed(script).splitlines()[-1] == of_the_shop


def test_nobody_has_nothing() -> None:
    of_nobody = {name: value(AnonymousUser()) for name, value in mirrors.OF_USER.items()}
    none = dict.fromkeys(("is_authenticated", "is_staff", "is_superuser"), False)
    assert of_nobody == {**none, "username": "", "email": "", "perms": []}


def test_a_user_model_need_not_have_what_djangos_has() -> None:
    class Account(AbstractBaseUser):
        EMAIL_FIELD = "mail"
        USERNAME_FIELD = "nick"
        nick, mail = "ada", "ada@example.com"

        class Meta:
            app_label = "auth"
            abstract = True

    account = object.__new__(Account)
    of_account = {name: value(account) for name, value in mirrors.OF_USER.items()}
    assert of_account == {
        "is_authenticated": True,
        "username": "ada",
        "email": "ada@example.com",
        "is_staff": False,
        "is_superuser": False,
        "perms": [],
    }


class TestOverTheWire:
    pytestmark = online

    async def test_a_page_load_brings_them(
        self, site: str, shown: Shown, logged_in: str, user: Any
    ) -> None:
        shown(*mirrors.OF_USER, *mirrors.OF_LANGUAGE)
        user.email, user.is_staff = "ada@example.com", True
        await user.asave()
        async with connected(site, cookie=logged_in) as tab:
            expected = [True, "ada", "ada@example.com", True, False, [], "en-us", False]
            names = [*mirrors.OF_USER, *mirrors.OF_LANGUAGE]
            assert [value(tab, name) for name in names] == expected
            await look(tab, "mirrors")
            assert tab.var(LOOK, "seen") == json.dumps(expected[:5] + expected[6:])

    async def test_a_guest_is_nobody(self, site: str, shown: Shown) -> None:
        shown(*mirrors.OF_USER)
        async with connected(site) as tab:
            assert (value(tab, "is_authenticated"), value(tab, "username")) == (False, "")

    async def test_a_login_in_a_handler_shows_at_once(
        self, site: str, shown: Shown, user: object
    ) -> None:
        shown("username", "is_authenticated")
        async with connected(site) as tab:
            await tab.send(f"{LOOK}.log_in", username="ada")
            await tab.receive_until(lambda tab: LOOK in tab.updates[-1].get("delta", {}))
            assert value(tab, "username") == "ada"
            assert value(tab, "is_authenticated") is True
            assert tab.var(LOOK, "cached_name") == "ada True"

    async def test_a_login_shows_with_the_yield_that_follows_it(
        self, site: str, shown: Shown, user: object
    ) -> None:
        shown("username")
        async with connected(site) as tab:
            changes = await look(tab, "log_in_between", username="ada")
            names = [change["shown_username_rx_state_"] for change in changes]
            assert names == ["ada", ""]

    async def test_a_logout_in_a_handler_shows_at_once(
        self, site: str, shown: Shown, logged_in: str
    ) -> None:
        shown("username", "perms")
        async with connected(site, cookie=logged_in) as tab:
            assert tab.var(LOOK, "cached_name") == "ada True"
            await tab.send(f"{LOOK}.log_out")
            await tab.receive_until(lambda tab: value(tab, "username") == "")
            assert tab.var(LOOK, "cached_name") == " False"

    async def test_what_did_not_change_is_not_sent(
        self, site: str, shown: Shown, logged_in: str
    ) -> None:
        shown(*mirrors.OF_USER, *mirrors.OF_LANGUAGE, "csrf_token")
        async with connected(site, cookie=f"{logged_in}; csrftoken={'a' * 32}") as tab:
            assert await look(tab, "greet") == []
            assert await look(tab, "greet_in_a_thread") == []
            [change] = await look(tab, "change_email", email="ada@example.com")
            assert change == {"shown_email_rx_state_": "ada@example.com"}

    async def test_what_no_page_shows_is_neither_asked_for_nor_sent(
        self, site: str, shown: Shown, queries: list[str], logged_in: str
    ) -> None:
        async with connected(site, cookie=logged_in) as tab:
            await look(tab, "greet")
            assert not [sql for sql in queries if "auth_permission" in sql]
            assert value(tab, "username") in (None, "")
            assert tab.var(LOOK, "cached_name") == "ada True"

    async def test_messages_wait_for_a_page_that_shows_them(self, site: str, shown: Shown) -> None:
        async with connected(site) as tab:
            await run(tab, "praise", text="well done")
            assert "well done" not in json.dumps(tab.state)
            shown("messages")
            await tab.send(f"{PROBE}.who")
            await tab.receive_until(lambda tab: value(tab, "messages"))
            assert [message["message"] for message in value(tab, "messages")] == ["well done"]

    async def test_a_cached_var_is_not_computed_anew_for_nothing(
        self, site: str, shown: Shown, logged_in: str
    ) -> None:
        async with connected(site, cookie=logged_in) as tab:
            before = len(computed)
            await look(tab, "greet")
            await look(tab, "change_email", email="a@example.com")
            assert len(computed) == before > 0

    async def test_the_next_account_in_a_tab_sees_nothing_of_the_last(
        self, site: str, shown: Shown, logged_in: str, user: Any
    ) -> None:
        shown(*mirrors.OF_USER)
        user.email, user.is_superuser = "ada@example.com", True
        await user.asave()
        token = "tab-of-ada"
        async with connected(site, cookie=logged_in, token=token) as tab:
            assert value(tab, "email") == "ada@example.com"
        async with connected(site, token=token, visitor=tab.visitor, hydrate=False) as tab:
            await run(tab, "who")
            sent = json.dumps([tab.state, tab.told])
            assert '"ada' not in sent
            assert "shop.add_product" not in sent


class TestPermissions:
    pytestmark = online

    @pytest.mark.parametrize("loader", [mirrors.preload, None])
    async def test_they_need_no_hop_of_their_own(
        self, shown: Shown, login_cookie: Header, websocket_scope: ScopeFactory, loader: Any
    ) -> None:
        shown("perms")
        found: list[Any] = []

        async def look(event: CurrentEvent) -> None:
            try:
                found.append(mirrors.values(event.request.user))
            except SynchronousOnlyOperation:
                found.append(None)

        requests = SyntheticRequests(websocket_scope("/", [login_cookie]))
        await app.bridge.run(requests, look, also=loader)
        assert found == [(("perms", []),) if loader else None]

    @pytest.mark.parametrize(
        ("handler", "expected"),
        [
            (f"{LOOK}.greet", mirrors.preload),
            (f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal", mirrors.preload),
            (f"{PLAIN}.who", None),
        ],
    )
    async def test_only_events_that_refresh_them_load_them(
        self, handler: str, expected: Any
    ) -> None:
        registered = app._registration_context.event_handlers[handler]
        assert handlers.for_django(registered).loader is expected

    async def test_they_are_loaded_with_the_user(
        self, site: str, shown: Shown, logged_in: str, user: Any, queries: list[str]
    ) -> None:
        await user.user_permissions.aadd(await permission("add_product"))
        shown("perms")
        async with connected(site, cookie=logged_in) as tab:
            assert value(tab, "perms") == ["shop.add_product"]
            queries.clear()
            await tab.call(f"{LOOK}.permissions_without_a_thread")
            assert tab.var(LOOK, "seen") == "shop.add_product"
        assert len([sql for sql in queries if "auth_permission" in sql]) == 2  # user's, groups'

    async def test_of_a_superuser_they_are_all_that_there_are(
        self, site: str, shown: Shown, logged_in: str, user: Any
    ) -> None:
        user.is_superuser = True
        await user.asave()
        shown("perms")
        async with connected(site, cookie=logged_in) as tab:
            assert len(value(tab, "perms")) == await Permission.objects.acount()

    async def test_a_grant_shows_at_the_next_event(
        self, site: str, shown: Shown, logged_in: str, user: Any
    ) -> None:
        shown("perms")
        async with connected(site, cookie=logged_in) as tab:
            assert value(tab, "perms") == []
            await user.user_permissions.aadd(await permission("add_product"))
            [change] = await look(tab, "greet")
            assert change == {"shown_perms_rx_state_": ["shop.add_product"]}

    async def test_those_of_who_logs_in_in_a_handler_show_at_once(
        self, site: str, shown: Shown, user: Any
    ) -> None:
        await user.user_permissions.aadd(await permission("add_product"))
        shown("perms")
        async with connected(site) as tab:
            [change] = await look(tab, "log_in", username="ada")
            assert change == {"shown_perms_rx_state_": ["shop.add_product"]}

    async def test_a_plain_handler_may_ask_though_no_page_shows_them(
        self, site: str, logged_in: str, user: Any
    ) -> None:
        await user.user_permissions.aadd(await permission("add_product"))
        async with connected(site, cookie=logged_in) as tab:
            await tab.call(f"{LOOK}.permissions")
            assert tab.var(LOOK, "seen") == "shop.add_product"


async def permission(codename: str) -> Permission:
    return await Permission.objects.aget(codename=codename)


class TestCsrfToken:
    pytestmark = online

    async def test_django_accepts_it_until_its_secret_changes(
        self, site: str, shown: Shown, logged_in: str
    ) -> None:
        shown("csrf_token")
        cookie = f"{logged_in}; csrftoken={'a' * 32}"
        async with connected(site, cookie=cookie) as tab:
            token = value(tab, "csrf_token")
            await look(tab, "greet")
            assert value(tab, "csrf_token") == token
        assert await accepted(site, cookie, token) == (True, True)
        assert await accepted(site, cookie, "a" * 32 + "b" * 32) == (False, False)

    async def test_a_login_brings_a_new_one(self, site: str, shown: Shown, user: object) -> None:
        shown("csrf_token")
        async with connected(site, cookie=f"csrftoken={'a' * 32}") as tab:
            before = value(tab, "csrf_token")
            await look(tab, "log_in", username="ada")
            assert value(tab, "csrf_token") not in ("", before)
            after = value(tab, "csrf_token")
            await look(tab, "greet")
            assert value(tab, "csrf_token") == after

    async def test_a_guest_gets_the_cookie_that_belongs_to_it(
        self, site: str, shown: Shown
    ) -> None:
        shown("csrf_token")
        async with connected(site) as tab:
            assert len(value(tab, "csrf_token")) == 64
            assert "/_event_cookies" in tab.scripts[0]
            await run(tab, "cookies")
            assert tab.var(PROBE, "seen") != "cookies=[]"


async def accepted(site: str, cookie: str, token: str) -> tuple[bool, bool]:
    """Tell whether Django takes the token in a form, and whether in a header."""
    form = {"csrfmiddlewaretoken": token, "username": "x", "password": "y"}
    headers = {"Cookie": cookie}
    url = f"{site}/admin/login/"
    async with httpx.AsyncClient() as browser:
        in_form = await browser.post(url, data=form, headers=headers)
        in_header = await browser.post(url, headers={**headers, "X-CSRFToken": token})
    return in_form.status_code != 403, in_header.status_code != 403


def test_a_refused_visitor_would_show_no_mirror_by_default() -> None:
    """What a page shows before anything was sent."""
    state = AppState(_reflex_internal_init=True)
    shown = {name: getattr(state, name) for name in AppState.base_vars}
    assert not any(bool(value) for value in shown.values())
