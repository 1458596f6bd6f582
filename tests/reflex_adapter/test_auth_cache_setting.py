"""``REFLEX_DJANGO_AUTH_CACHE``: off unless a project asks for it, and then for so long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import alogout, get_user_model
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from django_adapter import SyntheticRequests
from reflex_adapter.bridge import DjangoEventBridge, Handler
from reflex_adapter.connection import Connection
from reflex_adapter.current import CurrentEvent
from reflex_adapter.django_led_app import app
from reflex_adapter.mirrors import perms
from tests.conftest import Header, ScopeFactory
from tests.reflex_adapter.client import PROBE, connected
from tests.reflex_adapter.test_background import TASK, ended, started
from tests.reflex_adapter.test_connection import nowhere

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def bridge_of_these_settings() -> Iterator[Any]:
    before = app.bridge

    def use() -> None:
        app.bridge = DjangoEventBridge()

    yield use
    app.bridge = before


@pytest.mark.parametrize(("seconds", "still_known"), [(0, "user="), (60, "user=ada")])
async def test_a_deactivated_user_is_known_for_as_long_as_it_says(
    settings: Settings,
    site: str,
    logged_in: str,
    bridge_of_these_settings: Any,
    seconds: int,
    still_known: str,
) -> None:
    settings.REFLEX_DJANGO_AUTH_CACHE = seconds
    bridge_of_these_settings()
    async with connected(site, cookie=logged_in) as tab:
        await tab.call(f"{PROBE}.who")
        assert tab.var(PROBE, "seen") == "user=ada"
        await User.objects.filter(username="ada").aupdate(is_active=False)
        tab.state.clear()
        await tab.send(f"{PROBE}.who")
        await tab.receive_until(lambda tab: "user=" in (tab.var(PROBE, "seen") or ""))
        assert tab.var(PROBE, "seen") == still_known


async def test_a_background_task_of_a_remembered_user_asks_the_store_anew(
    settings: Settings, site: str, logged_in: str, bridge_of_these_settings: Any, trace: list[str]
) -> None:
    settings.REFLEX_DJANGO_AUTH_CACHE = 60
    bridge_of_these_settings()
    async with connected(site, cookie=logged_in) as tab:
        await tab.call(f"{PROBE}.who")
        await started(tab)
        await ended(trace)
        await tab.receive_until(lambda tab: tab.var(TASK, "seen") == "second ada")


@pytest.mark.parametrize("value", [-1, 301, "5", True, None, float("nan")])
async def test_a_value_that_is_no_bound_is_refused(settings: Settings, value: Any) -> None:
    settings.REFLEX_DJANGO_AUTH_CACHE = value
    with pytest.raises(ImproperlyConfigured, match="seconds from 0 to 300"):
        DjangoEventBridge()


async def test_what_is_loaded_with_the_user_is_remembered_too(
    settings: Settings, login_cookie: Header, websocket_scope: ScopeFactory
) -> None:
    settings.REFLEX_DJANGO_AUTH_CACHE = 60
    bridge, requests = DjangoEventBridge(), SyntheticRequests(websocket_scope("/", [login_cookie]))
    found = []

    async def look(event: CurrentEvent) -> None:
        found.append(perms(event.request.user))  # asks no database, which it could not from here

    for _ in range(2):
        await bridge.run(requests, look, also=lambda request: perms(request.user))
    assert found == [[], []]


async def test_a_remembered_session_is_not_copied_to_learn_that_the_login_is_the_same(
    settings: Settings, login_cookie: Header, websocket_scope: ScopeFactory
) -> None:
    settings.REFLEX_DJANGO_AUTH_CACHE = 60
    connection = Connection(websocket_scope("/", [login_cookie]), nowhere)
    bridge = DjangoEventBridge()

    async def saw(handler: Handler) -> tuple[str | None, bool, bool]:
        request = (await bridge.run(connection.requests, handler)).request
        former = connection.saw(request)
        return former, request.session.accessed, connection.login is not None

    async def nothing(event: CurrentEvent) -> None: ...

    async def log_out(event: CurrentEvent) -> None:
        await alogout(event.request)

    account = str((await get_user_model().objects.aget()).pk)
    assert await saw(nothing) == (None, True, True), "loaded and remembered"
    assert await saw(nothing) == (None, False, True)
    assert await saw(log_out) == (account, True, False)
