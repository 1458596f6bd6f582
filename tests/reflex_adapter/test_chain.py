"""The chain runs around the handler; if it answers in its place, the handler has not run."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session

from reflex_adapter.shown_messages import CLICK, UNREAD
from tests.probe.middleware import KINDS
from tests.reflex_adapter.client import APP_STATE, LOGIN, PLAIN, PROBE, connected, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

PROBING = "tests.probe.middleware"
Use = Callable[..., None]


async def traced(site: str, trace: list[str], handler: str) -> list[str]:
    """Return what is noted for one event; an update leaves after its chain has ended."""
    async with connected(site) as tab:
        await run(tab, "path")
        trace.clear()
        await tab.call(f"{PROBE}.{handler}")
        return list(trace)


async def test_each_kind_of_middleware_sees_the_event_before_and_after(
    site: str, use_middleware: Use, trace: list[str]
) -> None:
    use_middleware(*KINDS)
    assert await traced(site, trace, "who") == [
        *["> hooks", "> sync", "> async", "> own call", "view who", "handler"],
        *["< own call", "< async", "< sync", "< hooks 200"],
    ]


async def test_middleware_sees_what_the_handler_did_to_the_response(
    site: str, use_middleware: Use, trace: list[str]
) -> None:
    use_middleware(f"{PROBING}.notes_response")
    async with connected(site, hydrate=False) as tab:
        await tab.send(f"{LOGIN}.answer_with", header="X-Answer", value="42")
        await run(tab, "who")
    assert trace[0] == "X-Answer 42"


async def test_process_exception_sees_what_the_handler_raises(
    site: str, use_middleware: Use, trace: list[str]
) -> None:
    use_middleware(*KINDS)
    assert await traced(site, trace, "boom") == [
        *["> hooks", "> sync", "> async", "> own call", "view boom", "handler", "exception boom"],
        *["< own call", "< async", "< sync", "< hooks 500"],
    ]


@pytest.mark.parametrize("state", [PROBE, PLAIN])
@pytest.mark.parametrize("answer", ["forbids", "is_busy", "answers_itself", "fails", "redirects"])
async def test_the_handler_does_not_run_if_middleware_answers(
    site: str, use_middleware: Use, trace: list[str], answer: str, state: str
) -> None:
    use_middleware(f"{PROBING}.{answer}")
    async with connected(site, hydrate=False) as tab:
        await tab.send(f"{state}.who")
        await tab.receive_until(lambda tab: tab.told)
        assert "handler" not in trace
        assert tab.var(state, "seen") is None


@pytest.mark.parametrize(("answer", "shown"), [("forbids", "403 Forbidden"), ("is_busy", "503 ")])
async def test_a_refusal_is_shown(site: str, use_middleware: Use, answer: str, shown: str) -> None:
    use_middleware(f"{PROBING}.{answer}")
    async with connected(site, hydrate=False) as tab:
        await tab.call(f"{PROBE}.who")
        assert shown in json.dumps(tab.told)


async def test_a_redirect_makes_the_browser_go_there(site: str, use_middleware: Use) -> None:
    use_middleware(f"{PROBING}.redirects")
    async with connected(site, hydrate=False) as tab:
        await tab.call(f"{PROBE}.who")
        assert tab.scripts == ['window.location.assign("/elsewhere/?a=1")']


async def test_a_redirect_to_another_site_is_not_followed(site: str, use_middleware: Use) -> None:
    use_middleware(f"{PROBING}.redirects_away")
    async with connected(site, hydrate=False) as tab:
        await tab.call(f"{PROBE}.who")
        assert "evil.example" not in json.dumps(tab.told)


async def test_a_stranger_is_sent_to_the_login_page(
    site: str, use_middleware: Use, trace: list[str]
) -> None:
    use_middleware("django.contrib.auth.middleware.LoginRequiredMiddleware")
    async with connected(site, page="/account?a=1", hydrate=False) as tab:
        await tab.call(f"{PROBE}.who")
        [script] = tab.scripts
    assert "/admin/login/?next=/account%3Fa%3D1" in script
    assert "handler" not in trace


async def test_who_is_logged_in_passes(site: str, use_middleware: Use, logged_in: str) -> None:
    use_middleware("django.contrib.auth.middleware.LoginRequiredMiddleware")
    async with connected(site, cookie=logged_in) as tab:
        await tab.call(f"{PROBE}.who")
        assert tab.var(PROBE, "seen") == "user=ada"


async def test_an_exception_that_middleware_answers_is_answered(
    site: str, use_middleware: Use
) -> None:
    use_middleware(f"{PROBING}.AnswersExceptions")
    async with connected(site) as tab:
        await tab.call(f"{PROBE}.boom")
        assert tab.scripts == ['window.location.assign("/sorry/")']


async def test_an_exception_takes_the_error_path_of_reflex(
    site: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(site) as tab:
        await tab.call(f"{PROBE}.boom")
        assert "An error occurred" in json.dumps(tab.told)
    assert "ValueError: boom" in caplog.text


async def test_no_handler_runs_twice(site: str, use_middleware: Use, trace: list[str]) -> None:
    use_middleware(f"{PROBING}.retries")
    async with connected(site) as tab:
        await run(tab, "boom")
        assert trace.count("handler") == 1


async def test_a_refusal_is_logged_as_django_logs_it(
    site: str, use_middleware: Use, caplog: pytest.LogCaptureFixture
) -> None:
    use_middleware(f"{PROBING}.forbids")
    with caplog.at_level(logging.WARNING, "django.request"):
        async with connected(site, hydrate=False) as tab:
            await tab.call(f"{PROBE}.who")
    assert "Forbidden: /" in caplog.messages


async def test_an_update_leaves_when_the_session_behind_it_is_saved(
    site: str, use_middleware: Use, logged_in: str
) -> None:
    use_middleware(f"{PROBING}.slow_response")
    async with connected(site, cookie=logged_in) as tab:
        await tab.call(f"{PROBE}.remember_and_show", value="this")
        session = await Session.objects.aget()
        assert session.get_decoded()["remembered"] == tab.var(PROBE, "seen") == "this"


async def test_messages_are_shown_once_with_the_event_that_brings_them(site: str) -> None:
    def shown(tab: object) -> list[str]:
        messages = tab.var(APP_STATE, "shown_messages") or []  # type: ignore[attr-defined]
        return [message["message"] for message in messages]

    async with connected(site) as tab:
        await tab.call(f"{PROBE}.praise", text="well done")
        assert shown(tab) == ["well done"]
        await asyncio.sleep(CLICK)
        await tab.call(f"{PROBE}.praise_twice")
        await tab.receive_until(lambda tab: len(shown(tab)) == 2)
        assert shown(tab) == ["first", "second"]
        await asyncio.sleep(UNREAD)
        await tab.call(f"{PROBE}.who")
        assert shown(tab) == []


async def test_events_of_a_tab_run_in_the_order_they_came_in(
    site: str, use_middleware: Use
) -> None:
    use_middleware(f"{PROBING}.slow_on_some_pages")
    marks: list[str] = []
    async with connected(site) as tab:
        for number in range(6):
            tab.page = "/" if number % 2 else "/?sleep=0.1"
            await tab.send(f"{PROBE}.mark", number=number)
        while "mark 5" not in marks:
            await tab.receive()
            marks.append(tab.var(PROBE, "seen"))
    assert marks == [f"mark {number}" for number in range(6)]


async def test_an_event_whose_socket_has_died_before_it_began_is_dropped(
    site: str, use_middleware: Use, trace: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    use_middleware(f"{PROBING}.slow_on_some_pages")
    with caplog.at_level(logging.INFO, "reflex_adapter"):
        async with connected(site) as tab:
            tab.page = "/?sleep=0.3"
            await tab.send(f"{PROBE}.note", text="began")
            await tab.send(f"{PROBE}.note", text="waited")
            await asyncio.sleep(0.1)
        async with asyncio.timeout(10):
            while True:
                if dropped := [line for line in caplog.messages if "Dropped" in line]:
                    break
                await asyncio.sleep(0.02)
    assert trace == ["began"]
    assert dropped == [f"Dropped {PROBE}.note: it came by no open socket of its tab"]
