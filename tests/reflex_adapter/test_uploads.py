"""An upload is a request of Django's like any event: whose it is, and what becomes of it."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from reflex_adapter.upload import Upload, underway, upload_without_event
from tests.conftest import ScopeFactory
from tests.reflex_adapter.client import APP_STATE, ROOT, VAR, connected, run
from tests.reflex_adapter.uploading import (
    FILES,
    MULTIPART,
    UPLOAD,
    multipart,
    seen,
    updates,
    uploaded,
    uploaded_by_tab,
)

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


async def test_a_handler_finds_the_user_of_the_uploads_own_cookies(
    site: str, logged_in: str
) -> None:
    answer = await uploaded(site, "keep", cookie=logged_in)
    assert (answer.status_code, seen(answer)) == (200, ["ada: a.txt=3"])


async def test_without_a_cookie_the_uploader_is_nobody_even_in_a_tab_of_somebody(
    site: str, logged_in: str
) -> None:
    token = str(uuid.uuid4())
    async with connected(site, cookie=logged_in, token=token) as tab:
        assert seen(await uploaded(site, "keep", token=token, visitor=tab.visitor)) == [": a.txt=3"]


async def test_the_uploader_counts_and_not_who_has_the_tab(site: str, logged_in: str) -> None:
    token = str(uuid.uuid4())
    async with connected(site, token=token) as tab:
        answer = await uploaded(site, "keep", token=token, visitor=tab.visitor, cookie=logged_in)
    assert seen(answer) == ["ada: a.txt=3"]


async def test_the_upload_of_a_plain_state_passes_the_chain_too(site: str, logged_in: str) -> None:
    plain = f"{ROOT}.tests___probe___uploads____plain_upload_state"
    headers = {"Reflex-Event-Handler": f"{plain}.keep"}
    answer = await uploaded(site, "keep", cookie=logged_in, headers=headers, files=FILES)
    assert updates(answer)[-1]["delta"][plain][f"seen{VAR}"] == "ada"


async def test_a_plain_function_may_use_the_orm(site: str, logged_in: str) -> None:
    assert seen(await uploaded(site, "keep_by_orm", cookie=logged_in)) == ["users=1 files=1"]


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("{site}/a%C3%A4?b=1#c", "/a%C3%A4?b=1"),
        ("{site}", "/"),
        ("https://elsewhere.example/a", "/"),
        ("http://[", "/"),
        (None, "/"),
    ],
)
async def test_the_request_is_that_of_the_upload_for_the_page_it_says_it_is_on(
    site: str, referer: str | None, page: str
) -> None:
    headers = {"X-Mine": "1", **({"Referer": referer.format(site=site)} if referer else {})}
    answer = await uploaded(site, "describe", headers=headers)
    assert seen(answer) == [f"POST {page} 127.0.0.1 1 None"]


async def test_no_header_of_an_upload_is_in_the_state(site: str) -> None:
    headers = {"X-Mine": "1", "X-Remote-User": "the-word"}
    unknown = await uploaded(site, "describe", headers=headers)  # is sent its whole state
    token = str(uuid.uuid4())
    async with connected(site, token=token) as tab:
        known = await uploaded(site, "describe", token=token, visitor=tab.visitor, headers=headers)
        await run(tab, "cookies")
        assert "the-word" not in unknown.text + known.text + json.dumps([tab.state, tab.told])


@pytest.mark.parametrize("handler", ["go_on", "wait_and_go_on"])
async def test_an_event_that_an_upload_goes_on_to_is_the_uploaders(
    site: str, logged_in: str, handler: str
) -> None:
    assert seen(await uploaded(site, handler, cookie=logged_in)) == ["after ada"]


async def test_a_generator_sends_its_steps_as_it_yields(site: str, logged_in: str) -> None:
    assert seen(await uploaded(site, "steps", cookie=logged_in)) == ["one", "two ada"]


async def test_cookies_come_with_the_answer(site: str) -> None:
    answer = await uploaded_by_tab(site, "remember")
    lines = answer.headers.get_list("set-cookie")
    assert [line for line in lines if line == "flavour=mint; HttpOnly; Path=/"]
    [session] = [line for line in lines if line.startswith("sessionid=")]
    assert "HttpOnly" in session
    again = await uploaded_by_tab(site, "keep", cookie=session.partition(";")[0])
    assert again.headers.get_list("set-cookie") == []
    assert await Session.objects.acount() == 1


async def test_messages_come_with_the_answer(site: str) -> None:
    [update] = updates(await uploaded_by_tab(site, "remember"))
    [message] = update["delta"][APP_STATE][f"shown_messages{VAR}"]
    assert message["message"] == "kept"


async def test_the_tab_of_a_guest_has_the_session_that_the_upload_began(site: str) -> None:
    token = str(uuid.uuid4())
    async with connected(site, token=token) as tab:
        await uploaded(site, "remember", token=token, visitor=tab.visitor)
        await tab.call(f"{UPLOAD}.recall")
        assert tab.var(UPLOAD, "seen") == " a.txt"
        assert tab.scripts == []  # nothing to fetch: the answer has brought the cookies


async def test_a_tab_that_remembers_its_session_sees_what_the_upload_changed_in_it(
    site: str, logged_in: str, settings: Any, use_middleware: Callable[..., None]
) -> None:
    token = str(uuid.uuid4())
    settings.REFLEX_DJANGO_AUTH_CACHE = 300
    use_middleware()
    async with connected(site, token=token, cookie=logged_in) as tab:
        await tab.call(f"{UPLOAD}.recall")
        await uploaded(site, "remember_alone", token=token, visitor=tab.visitor, cookie=logged_in)
        await tab.call(f"{UPLOAD}.recall")
        assert tab.var(UPLOAD, "seen") == "ada a.txt"


async def test_the_tab_is_who_logged_in_by_an_upload(site: str, user: Any) -> None:
    token = str(uuid.uuid4())
    async with connected(site, token=token) as tab:
        await uploaded(site, "log_in", token=token, visitor=tab.visitor)
        await tab.call(f"{UPLOAD}.recall")
        assert tab.var(UPLOAD, "seen") == "ada None"


async def test_the_tab_of_another_session_does_not_get_the_uploads(
    site: str, logged_in: str
) -> None:
    token = str(uuid.uuid4())
    async with connected(site, token=token, cookie=logged_in) as tab:
        await uploaded(site, "remember", token=token, visitor=tab.visitor)
        await tab.send(f"{UPLOAD}.recall")
        await tab.receive_until(lambda tab: tab.var(UPLOAD, "seen") == "ada None")


async def test_a_cookie_that_comes_too_late_for_the_answer_is_fetched_by_the_tab(site: str) -> None:
    token = str(uuid.uuid4())
    async with connected(site, token=token) as tab:
        answer = await uploaded(site, "late_cookie", token=token, visitor=tab.visitor)
        assert answer.headers.get_list("set-cookie") == []
        await tab.receive_until(lambda tab: tab.scripts)
        assert "/_event_cookies" in tab.scripts[0]


@pytest.mark.parametrize("visitor", ["nobody", "another"])
async def test_the_tab_of_another_visitor_is_not_the_uploaders(
    site: str, logged_in: str, visitor: str
) -> None:
    token = str(uuid.uuid4())
    async with (
        connected(site, token=token, cookie=logged_in) as tab,
        connected(site) as other,
    ):
        thief = other.visitor if visitor == "another" else ""
        answer = await uploaded(site, "keep", token=token, cookie=logged_in, visitor=thief)
        assert seen(answer) == ["ada: a.txt=3"]
        await tab.call(f"{UPLOAD}.recall")
        assert tab.var(UPLOAD, "seen") == "ada None"


@pytest.mark.parametrize("handler", ["keep", "stream"])
@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("tests.probe.middleware.forbids", 403),
        ("tests.probe.middleware.is_busy", 503),
        ("tests.probe.middleware.fails", 500),
        ("tests.probe.middleware.answers_itself", 500),
        ("tests.probe.middleware.redirects", 403),
        ("django.contrib.auth.middleware.LoginRequiredMiddleware", 403),
    ],
)
async def test_a_handler_does_not_run_when_the_chain_answers(
    site: str,
    handler: str,
    name: str,
    status: int,
    use_middleware: Callable[..., None],
    trace: list[str],
) -> None:
    token = str(uuid.uuid4())
    async with connected(site, token=token) as tab:
        use_middleware(name)
        answer = await uploaded(site, handler, token=token, visitor=tab.visitor)
    assert "handler" not in trace
    assert answer.status_code == status
    assert seen(answer) == []


@pytest.mark.parametrize("handler", ["keep", "stream"])
async def test_the_tab_is_told_where_to_log_in(
    site: str, handler: str, use_middleware: Callable[..., None]
) -> None:
    token = str(uuid.uuid4())
    async with connected(site, token=token) as tab:
        use_middleware("django.contrib.auth.middleware.LoginRequiredMiddleware")
        await uploaded(
            site, handler, token=token, visitor=tab.visitor, headers={"Referer": f"{site}/a"}
        )
        await tab.receive_until(lambda tab: tab.scripts)
        assert tab.scripts == ['window.location.assign("/admin/login/?next=/a")']


@pytest.mark.parametrize("handler", ["forbid", "boom"])
async def test_an_error_of_the_handler_is_an_error_of_the_upload(site: str, handler: str) -> None:
    answer = await uploaded_by_tab(site, handler)
    assert answer.status_code >= 400
    assert answer.headers["content-type"] == "application/x-ndjson"  # an answer, and no crash


async def test_what_was_yielded_before_an_error_stays(site: str) -> None:
    assert seen(await uploaded_by_tab(site, "step_and_boom")) == ["one"]


async def test_an_event_that_goes_on_does_not_hide_an_error(site: str) -> None:
    assert (await uploaded_by_tab(site, "go_on_and_boom")).status_code == 500


async def test_an_upload_has_one_event_in_all(http_scope: ScopeFactory) -> None:
    upload = Upload(http_scope("/_upload"), nowhere)
    with underway(upload):
        assert upload_without_event() is upload
        upload.event = asyncio.get_running_loop().create_future()
        assert upload_without_event() is None
    upload.event = None
    assert upload_without_event() is None


async def nowhere(message: Any) -> None:
    raise AssertionError("something was sent")


async def test_no_event_of_another_tab_is_the_uploaders(site: str, logged_in: str) -> None:
    other = str(uuid.uuid4())
    async with connected(site, token=other) as tab:
        form = {
            "files": FILES,
            "data": {"__reflex_event_args": json.dumps({"token": tab.kept_under})},
        }
        await uploaded(site, "go_on_in_another_tab", cookie=logged_in, **form)
        await tab.send(f"{UPLOAD}.recall")
        await tab.receive_until(lambda tab: tab.var(UPLOAD, "seen"))
        assert tab.var(UPLOAD, "seen") == " None"


async def test_a_streamed_upload_runs_for_its_user_while_it_comes(
    site: str, logged_in: str
) -> None:
    token, body = str(uuid.uuid4()), multipart(b"x" * 1000)

    async with connected(site, token=token) as tab:

        async def in_two_parts() -> AsyncIterator[bytes]:
            yield body[:500]
            await tab.receive_until(lambda tab: tab.var(UPLOAD, "seen") == "begun")
            yield body[500:]

        answer = await uploaded(
            site,
            "stream",
            token=token,
            visitor=tab.visitor,
            cookie=logged_in,
            content=in_two_parts(),
            headers=MULTIPART,
        )
        await tab.receive_until(lambda tab: tab.var(UPLOAD, "seen") == "ada: 1000")
    assert answer.status_code == 202
