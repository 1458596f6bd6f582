"""django-csp: every answer has a policy, with a nonce if its view used one."""

from __future__ import annotations

import asyncio

import pytest
from csp.decorators import csp_exempt
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.django_adapter.third_party.conftest import Ask, Respond

pytestmark = pytest.mark.urls(__name__)

ALONE = ["csp.middleware.CSPMiddleware"]
POLICY = "content-security-policy"


def sync_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"nonce-{request.csp_nonce}")


async def async_page(request: HttpRequest) -> HttpResponse:
    return sync_page(request)


async def without_nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


@csp_exempt()
def exempt(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


urlpatterns = [
    path("sync/", sync_page),
    path("async/", async_page),
    path("plain/", without_nonce),
    path("exempt/", exempt),
]


@pytest.mark.parametrize("page", ["/sync/", "/async/"])
async def test_the_nonce_of_the_view_is_the_policys(ask: Ask, page: str) -> None:
    response = await ask(page, varying=r"nonce-[\w+/=]+")
    assert response.headers[POLICY] == f"default-src 'self' '{response.text}'"


async def test_a_page_without_a_nonce_and_one_without_a_policy(ask: Ask) -> None:
    assert (await ask("/plain/")).headers[POLICY] == "default-src 'self'"
    assert (await ask("/nowhere/")).headers[POLICY] == "default-src 'self'"
    assert POLICY not in (await ask("/exempt/")).headers


async def test_an_event_has_a_nonce_of_its_own(respond: Respond) -> None:
    first, second = await asyncio.gather(respond(async_page), respond(async_page))
    for response in (first, second):
        assert response.headers[POLICY] == f"default-src 'self' '{response.content.decode()}'"
    assert first.content != second.content


async def test_an_event_needs_no_nonce(respond: Respond) -> None:
    assert (await respond(without_nonce)).headers[POLICY] == "default-src 'self'"
