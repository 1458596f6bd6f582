"""What a handler raises: what the page is told, what the hooks and signals see, what is logged."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.signals import got_request_exception
from django.views.debug import ExceptionReporter

from tests.probe.middleware import AnswersByName
from tests.reflex_adapter.client import APP_STATE, ROOT, EventClient, connected

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

ON_LOAD = f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal"
RAISING = f"{APP_STATE}.tests___probe___kinds____raising_state"
ANSWERS = "tests.probe.middleware.AnswersByName"

ERRORS = [
    ("Http404", "404 Not Found", ["Not Found: /"]),
    ("PermissionDenied", "403 Forbidden", ["Forbidden (Permission denied): /"]),
    ("SuspiciousOperation", "400 Bad Request", ["odd"]),
    ("BadRequest", "400 Bad Request", ["bad: /"]),
    ("ValueError", "An error occurred", ["Internal Server Error: /"]),
]


@pytest.fixture
def signalled() -> Iterator[list[str]]:
    paths: list[str] = []

    def note(request: Any, **kwargs: Any) -> None:
        paths.append(request.path)

    got_request_exception.connect(note)
    yield paths
    got_request_exception.disconnect(note)


async def told(tab: EventClient, name: str, **payload: Any) -> str:
    tab.told.clear()
    await tab.send(name, **payload)
    await tab.receive_until(lambda tab: tab.told)
    return json.dumps(tab.told)


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(("error", "shown", "lines"), ERRORS)
async def test_what_a_handler_raises_is_shown_and_logged_once(
    site: str,
    logged_in: str,
    caplog: pytest.LogCaptureFixture,
    trace: list[str],
    signalled: list[str],
    use_middleware: Callable[..., None],
    error: str,
    shown: str,
    lines: list[str],
) -> None:
    use_middleware(ANSWERS)
    async with connected(site, cookie=logged_in) as tab:
        assert shown in await told(tab, f"{RAISING}.raises", what=error)
        await tab.send(f"{RAISING}.mark")
        await tab.receive_until(lambda tab: tab.var(RAISING, "seen"))
        saved = error if error != "ValueError" else None  # Django saves no session with a 5xx
        assert tab.var(RAISING, "seen") == f"raised={saved}"
    assert logged(caplog) == lines
    assert trace.count(f"exception {error}") == 1
    assert signalled == (["/"] if error == "ValueError" else [])


async def test_what_a_background_task_raises_is_logged_once(
    site: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(site) as tab:
        assert "An error occurred" in await told(tab, f"{RAISING}.raises_in_background")
    assert logged(caplog) == ["An event failed: boom"]
    assert "ValueError: boom" in caplog.text


class NoReport(ExceptionReporter):
    """In the place of Django's debug page, which nobody sees of an event.

    It would print all states, asynchronous vars that nobody awaits among them.
    """

    def get_traceback_html(self) -> str:
        return ""

    def get_traceback_text(self) -> str:
        return ""


@pytest.mark.parametrize("details", [True, False])
async def test_details_are_shown_only_under_debug(
    site: str, settings: Any, caplog: pytest.LogCaptureFixture, details: bool
) -> None:
    settings.DEBUG = details
    settings.DEFAULT_EXCEPTION_REPORTER = f"{__name__}.NoReport"
    async with connected(site) as tab:
        shown = await told(tab, f"{RAISING}.raises", what="ValueError")
    assert ("boom" in shown) == details


@pytest.fixture
def middleware_answers() -> Iterator[dict[str, Any]]:
    yield AnswersByName.answers
    AnswersByName.answers.clear()


@pytest.mark.parametrize(
    ("answer", "shown"),
    [(403, "403 Forbidden"), (503, "503 "), (500, "An error occurred"), (204, "An error occurred")],
)
async def test_a_page_that_is_refused_says_so_for_good(
    site: str,
    use_middleware: Callable[..., None],
    middleware_answers: dict[str, Any],
    answer: int,
    shown: str,
) -> None:
    use_middleware(ANSWERS)
    middleware_answers["hydrate_and_load"] = answer
    async with connected(site, hydrate=False) as tab:
        said = await told(tab, f"{ROOT}.hydrate_and_load")
        assert shown in said
        assert "This page could not be loaded" in said
        assert tab.state == {}


@pytest.mark.parametrize(
    ("page", "error"), [("/raises/404", "Http404"), ("/raises/500", "ValueError")]
)
async def test_a_page_whose_on_load_fails_says_so_until_another_is_loaded(
    site: str, page: str, error: str
) -> None:
    async with connected(site, page=page) as tab:
        [shown] = set(re.findall("page_failed_[0-9a-f]+", json.dumps(tab.told)))
        assert "page_failed" not in await told(tab, f"{RAISING}.raises", what=error)
        tab.page = "/"
        await told(tab, ON_LOAD)
        assert f'dismiss("{shown}")' in tab.scripts[0]


async def test_an_exception_of_middleware_is_logged_once(
    site: str,
    use_middleware: Callable[..., None],
    middleware_answers: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    signalled: list[str],
) -> None:
    use_middleware(ANSWERS)
    middleware_answers["mark"] = LookupError("broken middleware")
    async with connected(site) as tab:
        assert "An error occurred" in await told(tab, f"{RAISING}.mark")
    assert logged(caplog) == ["Internal Server Error: /"]
    assert signalled == ["/"]


async def test_an_answer_in_the_place_of_a_handler_is_logged(
    site: str,
    use_middleware: Callable[..., None],
    middleware_answers: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    use_middleware(ANSWERS)
    middleware_answers["mark"] = 200
    async with connected(site) as tab:
        assert "An error occurred" in await told(tab, f"{RAISING}.mark")
    [line] = logged(caplog)
    assert "Middleware answered 200 to an event of '/'" in line
    assert await Session.objects.acount() == 0
