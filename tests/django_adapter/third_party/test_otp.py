"""django-otp: a user is verified if the session knows a second factor that was shown."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.decorators import otp_required
from django_otp.plugins.otp_static.models import StaticDevice
from pytest_django.fixtures import Settings

from django_adapter import load_identity
from tests.conftest import Header
from tests.django_adapter.third_party.conftest import PROJECT, Ask, Respond

pytestmark = pytest.mark.urls(__name__)

ALONE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
]


def sync_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user} {request.user.is_verified()}")


async def async_page(request: HttpRequest) -> HttpResponse:
    user = await request.auser()
    return HttpResponse(f"{user} {user.is_verified()}")


async def loaded_page(request: HttpRequest) -> HttpResponse:
    """What a handler of the bridge finds: a user who can be asked without any I/O."""
    await load_identity(request)
    return sync_page(request)


@otp_required
async def secret(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


urlpatterns = [path("sync/", sync_page), path("async/", async_page), path("secret/", secret)]


@pytest.fixture
def verified_cookie(user: AbstractBaseUser) -> Header:
    """The header of a browser that logged in as ``user`` and showed a second factor."""
    client = Client()
    client.force_login(user)
    session = client.session
    device = StaticDevice.objects.create(user=user, name="backup")
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return b"cookie", f"sessionid={session.session_key}".encode()


@pytest.mark.parametrize("page", ["/sync/", "/async/"])
async def test_a_view_tells_the_verified(
    ask: Ask, login_cookie: Header, verified_cookie: Header, page: str
) -> None:
    assert (await ask(page, headers=[verified_cookie])).text == "ada True"
    assert (await ask(page, headers=[login_cookie])).text == "ada False"
    assert (await ask(page)).text == "AnonymousUser False"


async def test_a_secret_view_is_for_the_verified(
    ask: Ask, login_cookie: Header, verified_cookie: Header
) -> None:
    assert (await ask("/secret/", headers=[verified_cookie])).text == "secret"
    response = await ask("/secret/", headers=[login_cookie])
    assert (response.status_code, response.headers["location"]) == (
        302,
        "/second-factor/?next=/secret/",
    )


@pytest.mark.parametrize("view", [async_page, loaded_page])
async def test_an_event_tells_the_verified(
    respond: Respond, login_cookie: Header, verified_cookie: Header, view: object
) -> None:
    assert (await respond(view, verified_cookie)).content == b"ada True"
    assert (await respond(view, login_cookie)).content == b"ada False"
    assert (await respond(view)).content == b"AnonymousUser False"


async def test_a_secret_event_is_for_the_verified(
    respond: Respond, login_cookie: Header, verified_cookie: Header
) -> None:
    assert (await respond(secret, verified_cookie)).content == b"secret"
    response = await respond(secret, login_cookie)
    assert (response.status_code, response.url) == (302, "/second-factor/?next=/page/")


async def test_a_login_may_be_required_of_a_user_who_was_loaded_before(
    chain: None, settings: Settings, ask: Ask, respond: Respond, verified_cookie: Header
) -> None:
    """The user is loaded then, but not yet the device: asking for the one loads the other."""
    before = settings.MIDDLEWARE.index("django_otp.middleware.OTPMiddleware")
    required = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, required]
    settings.MIDDLEWARE.insert(before, f"{PROJECT}.middleware.LooksAtUser")
    assert (await ask("/async/", headers=[verified_cookie])).text == "ada True"
    assert (await respond(async_page, verified_cookie)).content == b"ada True"
