"""django-simple-history: what is saved while a request runs is recorded as its user's doing."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from simple_history.models import HistoricalRecords

from tests.conftest import Header
from tests.django_adapter.third_party.conftest import Ask, Respond
from tests.django_adapter.third_party.project.models import Note

pytestmark = pytest.mark.urls(__name__)

ALONE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]


def sync_save(request: HttpRequest) -> HttpResponse:
    Note.objects.create(text=request.path)
    return HttpResponse("saved")


async def async_save(request: HttpRequest) -> HttpResponse:
    await Note.objects.acreate(text=request.path)
    return HttpResponse("saved")


async def save_in_thread(request: HttpRequest) -> HttpResponse:
    return await sync_to_async(sync_save)(request)


urlpatterns = [path("sync/", sync_save), path("async/", async_save)]


async def doers() -> list[str | None]:
    """Return by whom the notes were made."""
    records = Note.history.order_by("text").values_list("history_user__username", flat=True)
    return [name async for name in records]


@pytest.mark.parametrize("page", ["/sync/", "/async/"])
async def test_a_view_saves_as_its_user(ask: Ask, login_cookie: Header, page: str) -> None:
    await ask(page, headers=[login_cookie])
    assert await doers() == ["ada", "ada"]  # Django's handler was asked too


@pytest.mark.usefixtures("transactional_db")
async def test_a_view_saves_as_nobody_for_a_visitor(ask: Ask) -> None:
    await ask("/async/")
    assert await doers() == [None, None]


@pytest.mark.parametrize("view", [async_save, save_in_thread])
async def test_an_event_saves_as_its_user(
    respond: Respond, login_cookie: Header, view: object
) -> None:
    assert (await respond(view, login_cookie)).content == b"saved"
    assert await doers() == ["ada"]


async def test_what_is_saved_after_an_event_is_nobodys(
    respond: Respond, login_cookie: Header
) -> None:
    async def fails(request: HttpRequest) -> HttpResponse:
        raise LookupError("no such note")

    await respond(async_save, login_cookie, path="/1/")
    with pytest.raises(LookupError):
        await respond(fails, login_cookie)
    assert not hasattr(HistoricalRecords.context, "request")
    await Note.objects.acreate(text="/2/")
    assert await doers() == ["ada", None]


def cookie_of(name: str) -> Header:
    client = Client()
    client.force_login(get_user_model().objects.create_user(name))
    return b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()


async def test_events_at_the_same_time_save_each_as_its_user(
    respond: Respond, user: AbstractBaseUser
) -> None:
    names = ["ben", "cleo", "dora"]
    cookies = [await sync_to_async(cookie_of)(name) for name in names]
    meeting = asyncio.Barrier(len(names))

    async def save_together(request: HttpRequest) -> HttpResponse:
        await meeting.wait()
        response = await async_save(request)
        await meeting.wait()
        return response

    events = [respond(save_together, cookie, path=f"/{i}/") for i, cookie in enumerate(cookies)]
    await asyncio.gather(*events)
    assert await doers() == names
