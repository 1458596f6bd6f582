"""One event, over the wire and through the whole chain: what its handler finds of Django."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import websockets
from django.contrib.sessions.models import Session

from tests.reflex_adapter.client import PLAIN, PROBE, connected, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


async def seen(site: str, handler: str, **options: Any) -> Any:
    async with connected(site, **options) as tab:
        await tab.call(f"{PROBE}.{handler}")
        return tab.var(PROBE, "seen")


async def test_a_handler_finds_the_user_of_the_django_login(site: str, logged_in: str) -> None:
    assert await seen(site, "who", cookie=logged_in) == "user=ada"


async def test_without_a_cookie_the_user_is_nobody(site: str) -> None:
    assert await seen(site, "who") == "user="


async def test_the_event_of_a_plain_state_passes_the_chain_too(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.call(f"{PLAIN}.who")
        assert tab.var(PLAIN, "seen") == "user=ada"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_foreign_origin_opens_no_socket(
    site: str, logged_in: str, origin: str | None
) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with connected(site, cookie=logged_in, origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_another_site_is_not_told_that_it_may_read_a_page_of_django(site: str) -> None:
    """Reflex has a CORS layer, which is to be around its own paths only."""
    async with httpx.AsyncClient() as browser:
        foreign = {"Origin": "https://evil.example"}
        for path in ("/admin/login/", "/cart/json/"):
            answer = await browser.get(f"{site}{path}", headers=foreign)
            assert answer.status_code == 200
            assert [it for it in answer.headers if it.startswith("access-control")] == []


async def test_the_request_is_a_post_of_the_page_the_tab_is_on(site: str) -> None:
    assert await seen(site, "path", page="/item/42?a=%C3%A4") == "POST /item/42?a=%C3%A4"


async def test_a_plain_function_may_use_the_orm(site: str, logged_in: str) -> None:
    assert await seen(site, "who_by_orm", cookie=logged_in) == "users=1"


async def test_what_a_handler_writes_into_the_session_is_saved(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await run(tab, "remember", value="this")
    assert await seen(site, "recall", cookie=logged_in) == "remembered=this"


async def test_a_handler_that_raises_saves_no_session(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await run(tab, "remember_and_boom")
        await tab.call(f"{PROBE}.recall")
        assert tab.var(PROBE, "seen") == "remembered=None"


async def test_a_visitor_without_a_session_gets_one_that_lasts(site: str) -> None:
    async with connected(site) as tab:
        await run(tab, "remember", value="this")
        await tab.call(f"{PROBE}.recall")
        assert tab.var(PROBE, "seen") == "remembered=this"
    assert await Session.objects.acount() == 1


async def test_a_token_is_accepted_by_a_view_of_django(site: str) -> None:
    async with connected(site, cookie="csrftoken=" + "a" * 32) as tab:
        await tab.call(f"{PROBE}.token")
        async with httpx.AsyncClient() as browser:
            form = {"csrfmiddlewaretoken": tab.var(PROBE, "seen"), "username": "x", "password": "y"}
            answer = await browser.post(
                f"{site}/admin/login/", data=form, headers={"Cookie": "csrftoken=" + "a" * 32}
            )
    assert answer.status_code == 200  # the form again: wrong password; 403 is a wrong token


async def test_a_generator_sends_its_steps_as_it_yields(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        steps = []
        await tab.send(f"{PROBE}.steps")
        while len(steps) < 2:
            await tab.receive()
            steps.append(tab.var(PROBE, "seen"))
        assert steps == ["one", "two ada"]


async def test_a_plain_generator_runs_where_the_orm_works(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{PROBE}.sync_steps")
        await tab.receive_until(lambda tab: tab.var(PROBE, "seen") == "USERS=1")


async def test_a_background_task_knows_who_started_it(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{PROBE}.in_background")
        await tab.receive_until(lambda tab: tab.var(PROBE, "seen") == "user=ada")


async def test_a_background_task_cannot_lose_a_session_write(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{PROBE}.session_in_background")
        await tab.receive_until(lambda tab: tab.var(PROBE, "seen"))
        assert "Yield or return another event" in tab.var(PROBE, "seen")


async def test_a_task_that_outlives_its_event_finds_no_request(site: str, trace: list[str]) -> None:
    async with connected(site) as tab:
        await run(tab, "outlive")
        while "no request later" not in trace:
            await run(tab, "who")


async def test_a_handler_may_go_on_to_itself_for_long(site: str) -> None:
    async with connected(site) as tab:
        await tab.send(f"{PROBE}.count_down", left=1100)
        await tab.receive_until(lambda tab: tab.var(PROBE, "seen") == "done", seconds=60)


async def test_a_redirect_of_django_that_a_handler_returns_is_a_navigation(site: str) -> None:
    async with connected(site) as tab:
        await run(tab, "go_elsewhere")
        assert tab.scripts == ['window.location.assign("/elsewhere/")']


async def test_a_background_task_has_a_thread_of_its_own(site: str) -> None:
    async with connected(site) as one, connected(site) as other:
        for tab in (one, other):
            await tab.send(f"{PROBE}.thread_in_background")
        for tab in (one, other):
            await tab.receive_until(lambda tab: tab.var(PROBE, "seen"))
            assert tab.var(PROBE, "seen").split()[1:] == ["True", "0"]
