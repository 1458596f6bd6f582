"""django-debug-toolbar: a page gets a handle; what a page or an event did can be looked at."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.handlers.asgi import ASGIHandler as DjangoHandler
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from pytest_django.fixtures import Settings

from tests.django_adapter.third_party.conftest import OurHandler, Respond, answer

ALONE = ["debug_toolbar.middleware.DebugToolbarMiddleware"]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.usefixtures("transactional_db", "debug")]
# What is made of each request differs in times and in identifiers: both are held to the same.
with_each_handler = pytest.mark.parametrize("handler", [OurHandler, DjangoHandler])


@pytest.fixture
def debug(settings: Settings) -> None:
    settings.DEBUG = True


def sync_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<html><body>{User.objects.count()} users</body></html>")


async def async_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<html><body>{await User.objects.acount()} users</body></html>")


async def counts(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"users": await User.objects.acount()})


urlpatterns = [
    path("sync/", sync_page),
    path("async/", async_page),
    path("__debug__/", include("debug_toolbar.urls")),
]


async def shown(response: Any, panel: str) -> str:
    """Return what the toolbar shows of the request that was answered so."""
    query = {"request_id": response.headers["djdt-request-id"], "panel_id": panel}
    asked = await answer(OurHandler(), "GET", "/__debug__/render_panel/", params=query)
    content: str = asked.json()["content"]
    return content


@with_each_handler
@pytest.mark.parametrize("page", ["/sync/", "/async/"])
async def test_a_page_gets_a_handle(chain: None, handler: type[Any], page: str) -> None:
    response = await answer(handler(), "GET", page)
    assert "0 users" in response.text
    assert 'id="djDebug"' in response.text
    assert "djdt-request-id" in response.headers


@with_each_handler
@pytest.mark.parametrize("page", ["/sync/", "/async/"])
async def test_the_queries_of_a_view_are_shown(chain: None, handler: type[Any], page: str) -> None:
    response = await answer(handler(), "GET", page)
    assert "1 query" in await shown(response, "SQLPanel")
    assert "auth_user" in await shown(response, "SQLPanel")


@with_each_handler
async def test_a_visitor_from_elsewhere_sees_no_toolbar(
    chain: None, settings: Settings, handler: type[Any]
) -> None:
    settings.INTERNAL_IPS = []
    response = await answer(handler(), "GET", "/sync/")
    assert response.text == "<html><body>0 users</body></html>"
    assert "djdt-request-id" not in response.headers


async def test_an_event_is_left_as_it_is_and_shown(respond: Respond) -> None:
    response = await respond(counts)
    assert response.content == b'{"users": 0}'
    assert "auth_user" in await shown(response, "SQLPanel")


async def test_events_are_in_the_history(respond: Respond) -> None:
    response = await respond(counts, path="/page/")
    query = {"request_id": response.headers["djdt-request-id"], "exclude_history": "False"}
    history: httpx.Response = await answer(
        OurHandler(), "GET", "/__debug__/history_refresh/", params=query
    )
    assert "/page/" in history.text


async def test_what_a_thread_does_later_is_not_recorded(
    respond: Respond, settings: Settings
) -> None:
    """In asynchronous mode the toolbar leaves its recorder on the connection of the thread."""

    def recorder() -> object:
        return getattr(connections["default"], "_djdt_logger", None)

    async def view(request: HttpRequest) -> HttpResponse:
        await User.objects.acount()
        return HttpResponse(str(await sync_to_async(recorder)()))

    assert b"SQLPanel" in (await respond(view)).content
    settings.INTERNAL_IPS = []
    assert (await respond(view)).content == b"None"


async def test_an_event_that_fails_fails_as_without_a_toolbar(respond: Respond) -> None:
    async def fails(request: HttpRequest) -> HttpResponse:
        raise LookupError("no such user")

    with pytest.raises(LookupError, match="no such user"):
        await respond(fails)
