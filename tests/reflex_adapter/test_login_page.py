"""``REFLEX_DJANGO_LOGIN_URL``: where guards send a stranger, and what it may not be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from reflex_adapter.django_led_app import app
from reflex_adapter.login_page import to_login
from tests.reflex_adapter.client import APP_STATE, ROOT, connected, run

LOGIN_URLS = {
    None: "/admin/login/?next=/payroll",  # settings.LOGIN_URL
    "/shop/login/": "/shop/login/?next=/payroll",
    "/shop/login/?a=1": "/shop/login/?a=1&next=/payroll",
    "admin:login": "/admin/login/?next=/payroll",
    "https://login.example.com/": "https://login.example.com/?next={site}/payroll",
}
BELOW = f"{APP_STATE}.tests___probe___guarded____door_state.below"
ON_LOAD = f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal"

in_loop = pytest.mark.asyncio(loop_scope="session")


@in_loop
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("event", [BELOW, ON_LOAD])
@pytest.mark.parametrize(("login_url", "expected"), LOGIN_URLS.items())
async def test_a_stranger_is_sent_there_by_an_event(
    site: str, settings: Any, login_url: str | None, expected: str, event: str
) -> None:
    settings.REFLEX_DJANGO_LOGIN_URL = login_url
    place = json.dumps(expected.format(site=site.replace(":", "%3A")))
    async with connected(site, page="/payroll", hydrate=False) as tab:
        await tab.send(event)
        await tab.receive_until(lambda tab: tab.told)
        go = "replace" if event == ON_LOAD else "assign"
        assert tab.scripts == [f"window.location.{go}({place})"]


@pytest.mark.django_db
@pytest.mark.parametrize(("login_url", "expected"), LOGIN_URLS.items())
def test_and_by_a_page(settings: Any, login_url: str | None, expected: str) -> None:
    settings.REFLEX_DJANGO_LOGIN_URL = login_url
    answer = to_login(RequestFactory().get("/payroll"), None, "next")
    assert answer["Location"] == expected.format(site="http%3A//testserver")


def test_a_guards_own_login_page_goes_before_it(settings: Any) -> None:
    settings.REFLEX_DJANGO_LOGIN_URL = "/shop/login/"
    answer = to_login(RequestFactory().get("/payroll"), "/who/", "next")
    assert answer["Location"] == "/who/?next=/payroll"


@pytest.mark.parametrize("login_url", ["no-such-name", "admin:no-such-name"])
def test_what_leads_nowhere_stops_the_start(settings: Any, login_url: str) -> None:
    settings.REFLEX_DJANGO_LOGIN_URL = login_url
    with pytest.raises(
        ImproperlyConfigured, match=f"^REFLEX_DJANGO_LOGIN_URL must be .*{login_url}"
    ):
        app()


@in_loop
@pytest.mark.django_db(transaction=True)
async def test_if_it_leads_nowhere_after_all_the_handler_does_not_run(
    site: str, settings: Any, trace: list[str]
) -> None:
    settings.REFLEX_DJANGO_LOGIN_URL = "no-such-name"
    async with connected(site) as tab:
        trace.clear()
        await tab.send(BELOW)
        await tab.receive_until(lambda tab: "An error occurred." in json.dumps(tab.told))
        await run(tab, "note", text="the next")
    assert "below" not in trace
