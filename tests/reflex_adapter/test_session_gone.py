"""A session that ends elsewhere while a socket is open: nobody's event, and a new handshake."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.test import AsyncClient

from tests.reflex_adapter.client import PROBE, EventClient, close_code, connected, run
from tests.reflex_adapter.test_cookies import redeem, ticket

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


async def log_out_elsewhere() -> None:
    await Session.objects.all().adelete()


async def change_password_elsewhere() -> None:
    ada = await get_user_model().objects.aget(username="ada")
    ada.set_password("another")
    await ada.asave()


ENDS = [log_out_elsewhere, change_password_elsewhere]
HANDLERS = ["who", "steps", "who_by_orm", "remember", "set_cookie", "praise", "in_background"]
ARGUMENTS = {"remember": {"value": "x"}, "set_cookie": {"value": "x"}, "praise": {"text": "x"}}


async def closed_after(tab: EventClient, handler: str) -> int:
    await tab.send(f"{PROBE}.{handler}", **ARGUMENTS.get(handler, {}))
    return await close_code(tab)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("handler", HANDLERS)
async def test_its_event_relays_no_cookie_and_closes_the_socket(
    site: str, logged_in: str, end: object, handler: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        assert tab.var(PROBE, "name") == "ada"
        await end()  # type: ignore[operator]
        assert await closed_after(tab, handler) == 4401
        assert not tab.scripts


@pytest.mark.parametrize("end", ENDS)
async def test_its_event_runs_as_nobody_and_what_it_sent_arrives(
    site: str, logged_in: str, end: object
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        assert tab.var(PROBE, "name") == "ada"
        await end()  # type: ignore[operator]
        assert await closed_after(tab, "who") == 4401
        assert tab.var(PROBE, "seen") == "user="
        assert tab.var(PROBE, "name") == ""


@pytest.mark.parametrize("engine", ["db", "cached_db", "cache", "file"])
async def test_it_is_noticed_wherever_sessions_are_kept(
    site: str,
    user: AbstractBaseUser,
    engine: str,
    settings: Any,
    tmp_path: Path,
    use_middleware: Callable[..., None],
) -> None:
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    settings.SESSION_FILE_PATH = tmp_path
    use_middleware()
    browser = AsyncClient()
    await browser.aforce_login(user)  # type: ignore[arg-type]
    key = browser.cookies["sessionid"].value
    async with connected(site, cookie=f"sessionid={key}") as tab:
        assert tab.var(PROBE, "name") == "ada"
        await import_module(settings.SESSION_ENGINE).SessionStore(key).adelete()
        assert await closed_after(tab, "who") == 4401
        assert tab.var(PROBE, "name") == ""
        assert not tab.scripts


async def test_a_session_of_before_the_handshake_closes_nothing(site: str, logged_in: str) -> None:
    """The browser itself has that cookie: it would come back with it, again and again."""
    await log_out_elsewhere()
    async with connected(site, cookie=logged_in) as tab:
        old = await redeem(site, {**await ticket(tab), "Cookie": f"{logged_in}; {tab.visitor}"})
        assert "sessionid=;" in old.headers["set-cookie"].replace('""', "")
        await run(tab, "remember", value="this")
        new = await redeem(site, await ticket(tab))
        assert "sessionid=" in new.headers["set-cookie"]
        await tab.call(f"{PROBE}.recall")
        assert tab.var(PROBE, "seen") == "remembered=this"


async def test_a_session_that_the_socket_itself_has_begun_can_go_too(site: str) -> None:
    async with connected(site) as tab:
        await run(tab, "remember", value="this")
        await tab.call(f"{PROBE}.recall")
        await log_out_elsewhere()
        assert await closed_after(tab, "recall") == 4401
        assert len(tab.scripts) == 1


async def test_who_never_had_a_session_is_left_alone(site: str) -> None:
    async with connected(site) as tab:
        await run(tab, "who")
        await log_out_elsewhere()
        await run(tab, "who")
        assert not tab.scripts
