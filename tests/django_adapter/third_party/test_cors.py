"""django-cors-headers: other sites' scripts may read what is answered, those of trusted sites."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.django_adapter.third_party.conftest import Ask, Respond

pytestmark = pytest.mark.urls(__name__)

ALONE = ["corsheaders.middleware.CorsMiddleware", "django.middleware.common.CommonMiddleware"]
ALLOWED = "access-control-allow-origin"
FRIEND = "https://friend.example"


def sync_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


async def async_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


urlpatterns = [path("sync/", sync_page), path("async/", async_page)]


@pytest.mark.parametrize("page", ["/sync/", "/async/", "/nowhere/"])
async def test_a_preflight_is_answered_before_any_view(ask: Ask, page: str) -> None:
    headers = {"Origin": FRIEND, "Access-Control-Request-Method": "PUT"}
    response = await ask(page, method="OPTIONS", headers=headers)
    assert (response.status_code, response.text) == (200, "")
    assert response.headers[ALLOWED] == FRIEND
    assert "PUT" in response.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    ("page", "status"), [("/sync/", 200), ("/async/", 200), ("/nowhere/", 404), ("/sync", 301)]
)
async def test_any_answer_says_who_may_read_it(ask: Ask, page: str, status: int) -> None:
    friend = await ask(page, headers={"Origin": FRIEND})
    assert (friend.status_code, friend.headers[ALLOWED]) == (status, FRIEND)
    stranger = await ask(page, headers={"Origin": "https://evil.example"})
    assert (stranger.status_code, stranger.headers.get(ALLOWED)) == (status, None)
    assert "origin" in stranger.headers["vary"]


@pytest.mark.parametrize("origin", ["https://friend.example", "https://evil.example"])
async def test_an_event_runs_whatever_its_origin(respond: Respond, origin: str) -> None:
    response = await respond(async_page, (b"origin", origin.encode()))
    assert response.content == b"done"
    assert response.headers.get(ALLOWED) == (FRIEND if origin == FRIEND else None)
