"""Guards on handlers: whom they turn away, the handler does not run for."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, Permission, User

from tests.reflex_adapter.client import APP_STATE, EventClient, connected, run
from tests.reflex_adapter.uploading import uploaded

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

GUARDED = f"{APP_STATE}.tests___probe___guarded____"
DOOR = f"{GUARDED}door_state"
LOGIN_REQUIRED = [
    *["below", "above", "undecorated", "decorated", "plain", "generator", "plain_generator"],
    *["background", "background_generator", "of_mixin"],
    *["tests_probe_guarded_outside_below", "tests_probe_guarded_outside_above"],
]


async def answered(tab: EventClient, handler: str, **payload: Any) -> str:
    """Run a handler; return what the page was told."""
    tab.told.clear()
    await tab.send(f"{DOOR}.{handler}", **payload)
    await run(tab, "note", text="the next")
    if not tab.told and "background" in handler:
        await tab.receive_until(lambda tab: tab.told)
    return json.dumps(tab.told)


def ran(trace: list[str]) -> list[str]:
    return [line.split()[0] for line in trace if line not in ("the next", "decorator")]


@pytest.mark.parametrize("handler", LOGIN_REQUIRED)
async def test_a_stranger_is_sent_to_the_login_page_and_back(
    site: str, trace: list[str], handler: str
) -> None:
    async with connected(site, page="/cart?a=1") as tab:
        trace.clear()
        assert "/admin/login/?next=/cart%3Fa%3D1" in await answered(tab, handler)
        assert "the next" in trace
        assert ran(trace) == []


@pytest.mark.parametrize("handler", LOGIN_REQUIRED)
async def test_a_handler_runs_for_who_has_logged_in(
    site: str, trace: list[str], handler: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        trace.clear()
        await tab.send(f"{DOOR}.{handler}")
        await run(tab, "note", text="the next")
        async with asyncio.timeout(10):
            while "background" in handler and not ran(trace):  # noqa: ASYNC110 - a plain list
                await asyncio.sleep(0.01)
        assert ran(trace) == [handler.removeprefix("tests_probe_guarded_")]
        assert tab.told == []


ASKED_FOR_MORE = ["with_permission", "with_permissions", "in_group", "of_staff", "twice"]


@pytest.mark.parametrize("handler", ASKED_FOR_MORE)
async def test_who_is_logged_in_and_not_allowed_is_told_so(
    site: str, trace: list[str], handler: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        trace.clear()
        assert "403 Forbidden" in await answered(tab, handler)
        assert ran(trace) == []


@pytest.mark.parametrize("handler", ASKED_FOR_MORE)
async def test_a_stranger_is_told_so_only_where_the_guard_is_to_raise(
    site: str, trace: list[str], handler: str
) -> None:
    async with connected(site) as tab:
        trace.clear()
        said = await answered(tab, handler)
        raises = handler == "with_permissions"
        assert ("403 Forbidden" in said, "/admin/login/?next=/" in said) == (raises, not raises)
        assert ran(trace) == []


def add_permission(user: User) -> None:
    names = ["add_user", "view_user"]
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))


def add_group(user: User) -> None:
    user.groups.add(Group.objects.create(name="authors"))


def make_staff(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True)


def make_superuser(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_superuser=True)


@pytest.mark.parametrize(
    ("handler", "allow"),
    [
        *[("with_permission", add_permission), ("with_permissions", add_permission)],
        *[("in_group", add_group), ("of_staff", make_staff), ("twice", make_staff)],
        *[("with_permission", make_superuser), ("in_group", make_superuser)],
    ],
)
async def test_a_handler_runs_for_who_is_allowed_from_the_next_event_on(
    site: str,
    trace: list[str],
    handler: str,
    allow: Callable[[User], None],
    user: User,
    logged_in: str,
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        assert "403 Forbidden" in await answered(tab, handler)
        await sync_to_async(allow)(user)
        trace.clear()
        assert await answered(tab, handler) == "[]"
        assert ran(trace) == [handler]


async def test_a_test_may_be_a_coroutine_function_and_name_its_own_login_page(
    site: str, trace: list[str], logged_in: str
) -> None:
    async with connected(site, page="/cart") as tab:
        assert "/who/?a=1&back=/cart" in await answered(tab, "of_ada")
    async with connected(site, cookie=logged_in) as tab:
        trace.clear()
        assert await answered(tab, "of_ada") == "[]"
        assert ran(trace) == ["of_ada"]


async def test_a_test_may_ask_the_database_and_deny(
    site: str, trace: list[str], logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab, connected(site) as of_stranger:
        trace.clear()
        assert await answered(tab, "alone") == "[]"
        assert ran(trace) == ["alone"]
        trace.clear()
        assert "403 Forbidden" in await answered(of_stranger, "alone")
        assert ran(trace) == []


@pytest.mark.parametrize("allowed", [False, True])
async def test_an_upload_is_guarded(
    site: str, trace: list[str], allowed: bool, logged_in: str
) -> None:
    token, cookie = str(uuid.uuid4()), logged_in if allowed else None
    headers = {"Reflex-Event-Handler": f"{DOOR}.upload", "Referer": f"{site}/cart"}
    async with connected(site, token=token, cookie=cookie) as tab:
        who = {"visitor": tab.visitor, "cookie": cookie}
        answer = await uploaded(site, "", token=token, headers=headers, **who)
        await run(tab, "note", text="the next")
        assert ("/admin/login/?next=/cart" in json.dumps(tab.told)) == (not allowed)
    assert ran(trace) == (["upload"] if allowed else [])
    assert answer.status_code == (200 if allowed else 403)


@pytest.mark.parametrize("url", ["/shop/login/", "admin:login"])
async def test_the_setting_names_the_login_page(site: str, settings: Any, url: str) -> None:
    settings.REFLEX_DJANGO_LOGIN_URL = url
    async with connected(site) as tab:
        expected = "/admin/login/" if url == "admin:login" else url
        assert f"{expected}?next=/" in await answered(tab, "below")
        assert "/who/?a=1&back=/" in await answered(tab, "of_ada")
