"""django-htmx: ``request.htmx`` tells a view whether htmx asks, and for what."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.django_adapter.third_party.conftest import Ask, Respond

pytestmark = pytest.mark.urls(__name__)

ALONE = ["django_htmx.middleware.HtmxMiddleware"]


def sync_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{bool(request.htmx)} {request.htmx.target}")


async def async_page(request: HttpRequest) -> HttpResponse:
    return sync_page(request)


urlpatterns = [path("sync/", sync_page), path("async/", async_page)]


@pytest.mark.parametrize("page", ["/sync/", "/async/"])
async def test_a_view_knows_a_request_of_htmx(ask: Ask, page: str) -> None:
    headers = {"HX-Request": "true", "HX-Target": "cart"}
    assert (await ask(page, headers=headers)).text == "True cart"
    assert (await ask(page)).text == "False None"


async def test_an_event_is_no_request_of_htmx(respond: Respond) -> None:
    assert (await respond(async_page)).content == b"False None"


async def test_an_event_has_the_details_that_its_headers_give(respond: Respond) -> None:
    headers = [(b"hx-request", b"true"), (b"hx-target", b"cart")]
    assert (await respond(async_page, *headers)).content == b"True cart"
