"""Where the hooks of a chain run, and what a project may say of its own."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.utils.deprecation import MiddlewareMixin
from pytest_django.fixtures import Settings

from django_adapter import MiddlewareRunner, synthetic_request
from django_adapter.blocking import always, condition
from tests.conftest import ScopeFactory

places: list[tuple[str, threading.Thread]] = []


def note(name: str) -> None:
    places.append((name, threading.current_thread()))


class Notes(MiddlewareMixin):
    def process_request(self, request: HttpRequest) -> None:
        note("request")

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        note("view hook")

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        note("response")
        return response


class NotesToo(Notes):
    pass


class AsksTheDatabase(MiddlewareMixin):
    def process_request(self, request: HttpRequest) -> None:
        get_user_model().objects.count()


class SameOrigin(XFrameOptionsMiddleware):
    """Its function is Django's; only an attribute is its own."""

    sync_capable = True


class NotesTheFrame(XFrameOptionsMiddleware):
    def get_xframe_options_value(self, request: HttpRequest, response: Any) -> str:
        return "DENY"


async def view(request: HttpRequest) -> HttpResponse:
    note("view")
    return HttpResponse()


async def run(settings: Settings, http_scope: ScopeFactory, *middleware: str) -> HttpResponse:
    places.clear()
    settings.MIDDLEWARE = [f"{__name__}.{name}" for name in middleware]
    request = synthetic_request(http_scope(), path="/", csrf_proven=True)
    response = (await MiddlewareRunner().run(request, view)).response
    assert isinstance(response, HttpResponse)
    return response


async def test_hooks_run_in_one_thread_and_an_async_view_in_the_loop(
    settings: Settings, http_scope: ScopeFactory
) -> None:
    await run(settings, http_scope, "Notes", "NotesToo")
    here = threading.current_thread()
    names = ["request", "request", "view hook", "view hook", "view", "response", "response"]
    assert [name for name, _ in places] == names
    assert {thread for name, thread in places if name == "view"} == {here}
    (elsewhere,) = {thread for name, thread in places if name != "view"}
    assert elsewhere is not here


async def test_hooks_that_a_project_declares_run_in_the_loop(
    settings: Settings, http_scope: ScopeFactory
) -> None:
    settings.DJANGO_ADAPTER_NON_BLOCKING = [f"{__name__}.Notes"]
    await run(settings, http_scope, "Notes")
    assert {thread for _, thread in places} == {threading.current_thread()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("declared", [True, False])
async def test_a_declared_hook_that_asks_the_database_fails_loudly(
    settings: Settings,
    http_scope: ScopeFactory,
    declared: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if declared:
        settings.DJANGO_ADAPTER_NON_BLOCKING = [f"{__name__}.AsksTheDatabase"]
    with caplog.at_level(logging.ERROR, "django.request"):
        response = await run(settings, http_scope, "AsksTheDatabase")
    assert response.status_code == (500 if declared else 200)
    if declared:
        assert "AsksTheDatabase.process_request was called in the event loop" in caplog.text
        assert "DJANGO_ADAPTER_NON_BLOCKING" in caplog.text


@pytest.mark.parametrize("paths", ["a.string", [f"{__name__}.NotInMiddleware"], 7])
def test_a_wrong_declaration_is_refused_with_the_name_of_the_setting(
    settings: Settings, paths: Any
) -> None:
    settings.MIDDLEWARE = [f"{__name__}.Notes"]
    settings.DJANGO_ADAPTER_NON_BLOCKING = paths
    with pytest.raises(ImproperlyConfigured, match="DJANGO_ADAPTER_NON_BLOCKING"):
        MiddlewareRunner()


def test_a_subclass_is_taken_for_djangos_class_only_with_its_functions() -> None:
    def get_response(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    for cls in (XFrameOptionsMiddleware, SameOrigin):
        assert condition(cls(get_response), "process_response", declared=False) is None
    own = NotesTheFrame(get_response)
    assert condition(own, "process_response", declared=False) is always
