"""django-allauth: its pages log in, and its middleware lets any code find the request."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from allauth.account.decorators import reauthentication_required
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AbstractBaseUser
from django.core.handlers.asgi import ASGIHandler as DjangoHandler
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_safe

from asgi_compose import ASGIApp
from tests.conftest import Header
from tests.django_adapter.third_party.conftest import Ask, OurHandler, Respond
from tests.django_adapter.third_party.project import urls

pytestmark = pytest.mark.urls(__name__)

ALONE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
REAUTHENTICATE = "/accounts/reauthenticate/?next=%2Fpage%2F"
TOKEN_AND_TIME = r'(?<=csrftoken=)\w+|(?<=name="csrfmiddlewaretoken" value=")\w+|\d\d:\d\d:\d\d'


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("page")


urlpatterns = [*urls.urlpatterns, path("page/", page)]


async def submit(app: ASGIApp, url: str, cookies: Any = None, **fields: str) -> httpx.Response:
    """Fill in the form at ``url`` and send it."""
    browser: Any = {"transport": httpx.ASGITransport(app), "base_url": "http://testserver"}
    async with httpx.AsyncClient(**browser, cookies=cookies) as client:
        token = re.search(TOKEN_AND_TIME, (await client.get(url)).text)
        assert token is not None
        return await client.post(url, data={**fields, "csrfmiddlewaretoken": token[0]})


async def test_the_login_page_renders(ask: Ask) -> None:
    response = await ask("/accounts/login/", varying=TOKEN_AND_TIME)
    assert response.status_code == 200
    assert 'name="login"' in response.text


async def test_the_folder_of_the_pages_leads_to_one(ask: Ask, login_cookie: Header) -> None:
    response = await ask("/accounts/")
    assert (response.status_code, response.headers["location"]) == (302, "/accounts/login/")
    response = await ask("/accounts/", headers=[login_cookie])
    assert (response.status_code, response.headers["location"]) == (302, "/accounts/email/")
    assert (await ask("/elsewhere/")).status_code == 404


@pytest.mark.parametrize("handler", [OurHandler, DjangoHandler])
async def test_who_logs_in_by_its_page_has_events_of_their_own(
    respond: Respond, user: AbstractBaseUser, handler: type[Any]
) -> None:
    async def who(request: HttpRequest) -> HttpResponse:
        return HttpResponse((await request.auser()).get_username())

    done = await submit(handler(), "/accounts/login/", login="ada", password="secret")
    assert (done.status_code, done.headers["location"]) == (302, "/welcome/")
    cookie = f"sessionid={done.cookies['sessionid']}".encode()
    assert (await respond(who, (b"cookie", cookie))).content == b"ada"


async def test_code_of_an_event_finds_the_request(respond: Respond) -> None:
    async def finds(request: HttpRequest) -> HttpResponse:
        in_thread = await sync_to_async(lambda: context.request)()
        return HttpResponse(f"{context.request is request} {in_thread is request}")

    assert (await respond(finds)).content == b"True True"
    assert context.request is None


async def test_an_event_may_raise_its_answer(respond: Respond) -> None:
    async def leaves(request: HttpRequest) -> HttpResponse:
        raise ImmediateHttpResponse(HttpResponseRedirect("/elsewhere/"))

    response = await respond(leaves)
    assert (response.status_code, response.url) == (302, "/elsewhere/")


async def demands(request: HttpRequest) -> HttpResponse:
    raise ReauthenticationRequired()


async def leads(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(REAUTHENTICATE)


in_thread = sync_to_async(reauthentication_required(lambda request: HttpResponse("done")))


@pytest.mark.parametrize("view", [demands, in_thread], ids=["raised", "decorated"])
async def test_an_event_may_demand_the_password(
    respond: Respond, login_cookie: Header, view: Any
) -> None:
    response = await respond(view, login_cookie)
    assert (response.status_code, response.url) == (302, REAUTHENTICATE)


@pytest.mark.parametrize("handler", [OurHandler, DjangoHandler])
@pytest.mark.parametrize(("view", "status"), [(demands, 405), (leads, 302)])
async def test_with_the_password_allauth_posts_to_the_page_of_an_event_that_demanded_it(
    respond: Respond, login_cookie: Header, handler: type[Any], view: Any, status: int
) -> None:
    """As it would repeat a form's request. One that leads there by itself comes back to read."""
    await respond(view, login_cookie)
    cookies = dict([login_cookie[1].decode().split("=")])
    done = await submit(handler(), REAUTHENTICATE, cookies, password="secret")
    assert (done.status_code, done.headers.get("location")) == (
        status,
        "/page/" if status == 302 else None,
    )
