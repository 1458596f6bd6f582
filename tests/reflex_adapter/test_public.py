"""What a stranger gets under ``LoginRequiredMiddleware``: public pages and states, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import User
from django.http import HttpRequest

from tests.reflex_adapter.client import APP_STATE, ROOT, EventClient, connected

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

KINDS = f"{APP_STATE}.tests___probe___kinds____"
LOBBY, MEMBER, KIND = f"{KINDS}lobby_state", f"{KINDS}member_state", f"{KINDS}kinds_state"
INNER = f"{LOBBY}.tests___probe___kinds____inner_state"
PUBLIC = {ROOT, APP_STATE, LOBBY}

Use = Callable[..., None]


class WhoIsVerified(LoginRequiredMiddleware):
    """A project's own rule: an account without an address is a stranger too."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Any:
        if getattr(view, "login_required", True) and not User.objects.filter(
            pk=request.user.pk, email__contains="@"
        ):
            return self.handle_no_permission(request, view)
        return None


@pytest.fixture
def members_only(use_middleware: Use) -> None:
    use_middleware("django.contrib.auth.middleware.LoginRequiredMiddleware")


async def lobby_loaded(tab: EventClient) -> None:
    await tab.receive_until(lambda tab: tab.var(LOBBY, "seen"))


async def told(tab: EventClient, name: str, **payload: Any) -> list[str]:
    tab.told.clear()
    await tab.send(name, **payload)
    await tab.receive_until(lambda tab: tab.told)
    return tab.scripts


async def test_a_stranger_gets_a_public_page_and_nothing_of_the_others(
    site: str, members_only: None
) -> None:
    async with connected(site, page="/lobby") as tab:
        await lobby_loaded(tab)
        assert tab.var(LOBBY, "seen") == "welcome stranger"
        assert set(tab.state) <= PUBLIC
        assert "members" not in json.dumps(tab.state)
        assert tab.told == []


@pytest.mark.parametrize("page", ["/", "/inner", "/lobby/..%2finner", "/lobbyx", "/nowhere"])
async def test_a_stranger_gets_nothing_of_another_page(
    site: str, members_only: None, page: str
) -> None:
    async with connected(site, page=page, hydrate=False) as tab:
        [script] = await told(tab, f"{ROOT}.hydrate_and_load")
        assert "/admin/login/" in script
        assert tab.state == {}


@pytest.mark.parametrize("state", [MEMBER + ".tell", INNER + ".enter", KIND + ".coroutine"])
async def test_saying_to_be_on_a_public_page_opens_no_handler(
    site: str, members_only: None, state: str
) -> None:
    async with connected(site, page="/lobby") as tab:
        await lobby_loaded(tab)
        [script] = await told(tab, state)
        assert "/admin/login/?next=/lobby" in script
        assert set(tab.state) <= PUBLIC


@pytest.mark.parametrize("handler", ["look", "look_in_background"])
async def test_a_public_handler_shows_nothing_of_another_state(
    site: str, members_only: None, handler: str
) -> None:
    async with connected(site, page="/lobby") as tab:
        await lobby_loaded(tab)
        await tab.send(f"{LOBBY}.{handler}")
        await tab.receive_until(lambda tab: not tab.var(LOBBY, "seen").startswith("welcome"))
        await tab.send(f"{LOBBY}.on_load")
        await tab.receive_until(lambda tab: tab.var(LOBBY, "seen").startswith("welcome"))
        assert set(tab.state) <= PUBLIC


async def test_a_handler_that_is_public_runs_though_its_state_is_not_shown(
    site: str, members_only: None, trace: list[str]
) -> None:
    async with connected(site, page="/lobby") as tab:
        await lobby_loaded(tab)
        await tab.send(f"{MEMBER}.knock")
        await tab.send(f"{LOBBY}.look")
        await tab.receive_until(lambda tab: tab.var(LOBBY, "seen") == "of")
        assert trace.count("knocked") == 1
        assert set(tab.state) <= PUBLIC


async def test_who_logs_in_on_a_public_page_gets_the_rest(
    site: str, members_only: None, user: User
) -> None:
    async with connected(site, page="/lobby") as tab:
        await lobby_loaded(tab)
        await tab.send(f"{LOBBY}.log_in")
        await tab.receive_until(lambda tab: tab.var(MEMBER, "inside") == "of the members")
        assert tab.var(MEMBER, "always") == "inside of ada"


async def test_a_member_gets_everything_on_a_public_page(
    site: str, members_only: None, logged_in: str
) -> None:
    async with connected(site, page="/lobby", cookie=logged_in) as tab:
        assert tab.var(MEMBER, "always") == "inside of ada"


async def test_the_projects_own_rule_says_who_is_a_stranger(
    site: str, use_middleware: Use, logged_in: str
) -> None:
    use_middleware(f"{__name__}.WhoIsVerified")
    async with connected(site, page="/lobby", cookie=logged_in) as tab:
        await lobby_loaded(tab)
        assert set(tab.state) <= PUBLIC
    await User.objects.aupdate(email="ada@example.org")
    async with connected(site, page="/lobby", cookie=logged_in) as tab:
        assert tab.var(MEMBER, "always") == "inside of ada"
