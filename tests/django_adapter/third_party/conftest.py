"""How these tests send requests and events; ``tests/django_adapter/test_third_party.py`` runs them.

They have settings of their own, and are collected under those alone.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from django.conf import settings as django_settings
from django.core.handlers.asgi import ASGIHandler as DjangoHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pytest_django.fixtures import Settings

from asgi_compose import ASGIApp
from django_adapter import MiddlewareRunner, Run, synthetic_request
from django_adapter.http import ASGIHandler as OurHandler
from tests.conftest import Header, ScopeFactory

PROJECT = "tests.django_adapter.third_party.project"
outside = not str(django_settings.SETTINGS_MODULE).startswith(PROJECT)
collect_ignore_glob = ["test_*.py"] if outside else []

View = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
Ask = Callable[..., Awaitable[httpx.Response]]
RunEvent = Callable[..., Awaitable[Run]]
Respond = Callable[..., Awaitable[Any]]


@pytest.fixture(params=["together", "alone", "synchronous"])
def chain(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Run the test with all the middleware, with ``ALONE`` of its module, and that in threads."""
    if request.param != "together":
        settings.MIDDLEWARE = request.module.ALONE
    if request.param == "synchronous":
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{PROJECT}.middleware.Synchronous"]


async def answer(app: ASGIApp, method: str, path: str, **options: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return await client.request(method, path, **options)


@pytest.fixture
def ask(chain: None) -> Ask:
    """Ask ours and Django's own handler the same; but for what varies, they answer the same."""

    async def ask(path: str, *, method: str = "GET", varying: str = "$", **options: Any) -> Any:
        ours = await answer(OurHandler(), method, path, **options)
        theirs = await answer(DjangoHandler(), method, path, **options)
        assert list(described(ours, varying)) == list(described(theirs, varying))
        return ours

    return ask


def described(response: httpx.Response, varying: str) -> Iterator[str]:
    yield str(response.status_code)
    for text in (*map(": ".join, response.headers.multi_items()), response.text):
        yield re.sub(varying, "varies", text)


@pytest.fixture
def run(chain: None, websocket_scope: ScopeFactory) -> RunEvent:
    """Run the chain for an event of the page ``path``, whose handshake had these headers."""

    async def run(view: View, *headers: Header, path: str = "/page/") -> Run:
        request = synthetic_request(websocket_scope(headers=headers), path=path, csrf_proven=True)
        return await MiddlewareRunner().run(request, view)

    return run


@pytest.fixture
def respond(run: RunEvent) -> Respond:
    """Return the chain's response to such an event, whose view was called."""

    async def respond(*arguments: Any, **options: Any) -> Any:
        ran = await run(*arguments, **options)
        assert ran.reached
        return ran.response

    return respond
