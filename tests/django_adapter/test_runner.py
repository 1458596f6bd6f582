"""What ``MiddlewareRunner`` promises about the view it is given, which Django would not call."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AbstractBaseUser
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.decorators import sync_only_middleware
from pytest_django.fixtures import Settings

from django_adapter import MiddlewareRunner, synthetic_request
from tests.conftest import Header, ScopeFactory
from tests.django_adapter import recording

pytestmark = pytest.mark.urls(__name__)

SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
USER = "django.contrib.auth.middleware.AuthenticationMiddleware"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"


def served_elsewhere(request: HttpRequest, number: int) -> HttpResponse:
    raise AssertionError("The runner resolves the page's path, but never calls its view.")


urlpatterns = [path("page/<int:number>/", served_elsewhere, name="page")]


async def done(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


@sync_only_middleware
def counts_users(get_response: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["X-User"] = request.user.get_username()
        return response

    return middleware


def event(scope: dict[str, Any], path: str = "/page/1/", query_string: bytes = b"") -> ASGIRequest:
    return synthetic_request(scope, path=path, query_string=query_string, csrf_proven=True)


async def test_login_required_keeps_the_view_from_running(
    settings: Settings, websocket_scope: ScopeFactory
) -> None:
    settings.MIDDLEWARE = [SESSION, USER, LOGIN_REQUIRED]
    settings.LOGIN_URL = "/login/"
    reached = []

    async def view(request: HttpRequest) -> HttpResponse:
        reached.append(request)
        return HttpResponse()

    request = event(websocket_scope(), query_string=b"a=b")
    response = (await MiddlewareRunner().run(request, view)).response
    assert (response.status_code, response.url) == (302, "/login/?next=/page/1/%3Fa%3Db")
    assert reached == []

    request = event(websocket_scope())
    assert (
        await MiddlewareRunner().run(request, login_not_required(view))
    ).response.status_code == 200
    assert reached == [request]


@pytest.mark.parametrize(
    ("path", "expected"), [("/page/7/", {"number": 7}), ("/page/seven/", None), ("/", None)]
)
async def test_resolver_match_is_that_of_the_pages_path(
    http_scope: ScopeFactory, path: str, expected: dict[str, int] | None
) -> None:
    seen: list[Any] = []

    async def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.resolver_match)
        return HttpResponse()

    await MiddlewareRunner().run(event(http_scope(), path), view)
    if expected is None:
        assert seen == [None]
    else:
        assert (seen[0].func, seen[0].kwargs) == (served_elsewhere, expected)


@sync_only_middleware
def other_urls(get_response: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        assert request.resolver_match is None
        request.urlconf = (path("page/", served_elsewhere, name="other"),)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


async def test_a_urlconf_of_the_requests_own_is_the_one_that_counts(
    settings: Settings, http_scope: ScopeFactory
) -> None:
    settings.MIDDLEWARE = [f"{__name__}.other_urls"]
    seen: list[Any] = []

    async def view(request: HttpRequest) -> HttpResponse:
        seen.extend([request.resolver_match.url_name, reverse("other")])
        return HttpResponse()

    await MiddlewareRunner().run(event(http_scope(), "/page/"), view)
    assert seen == ["other", "/page/"]


async def test_concurrent_runs_keep_their_own_view_and_thread(
    settings: Settings, http_scope: ScopeFactory
) -> None:
    settings.MIDDLEWARE = [f"{recording.__name__}.{kind}" for kind in ("SyncCall", "AsyncCall")]
    runner = MiddlewareRunner()
    meeting = asyncio.Barrier(2)

    async def run(name: str) -> tuple[bytes, int]:
        threads = []

        async def view(request: HttpRequest) -> HttpResponse:
            await meeting.wait()
            threads.append(await sync_to_async(threading.get_ident)())
            await meeting.wait()
            if name == "fails":
                raise LookupError(name)
            return HttpResponse(name)

        scope = http_scope(plan={}, trace=[])
        try:
            response = (await runner.run(event(scope), view)).response
        except LookupError:
            return b"failed", threads[0]
        return response.content, threads[0]

    (first, one), (second, other) = await asyncio.gather(run("works"), run("fails"))
    assert (first, second) == (b"works", b"failed")
    assert one != other


async def test_a_view_may_run_the_chain_for_another_view(http_scope: ScopeFactory) -> None:
    runner = MiddlewareRunner()

    async def view(request: HttpRequest) -> HttpResponse:
        inner = (await runner.run(event(http_scope(), "/page/2/"), done)).response
        return HttpResponse(b"inner " + inner.content)

    response = (await runner.run(event(http_scope()), view)).response
    assert response.content == b"inner done"


async def test_synchronous_middleware_may_use_the_orm(
    settings: Settings, http_scope: ScopeFactory, user: AbstractBaseUser, login_cookie: Header
) -> None:
    settings.MIDDLEWARE = [SESSION, USER, f"{__name__}.counts_users"]
    request = event(http_scope("/", [login_cookie]))
    response = (await MiddlewareRunner().run(request, done)).response
    assert response.headers["X-User"] == user.get_username()


async def test_reverse_puts_the_root_path_in_front(http_scope: ScopeFactory) -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(reverse("page", args=[3]) + " " + request.path_info)

    request = event(http_scope(root_path="/shop"), "/shop/page/1/")
    response = (await MiddlewareRunner().run(request, view)).response
    assert response.content == b"/shop/page/3/ /page/1/"


async def test_atomic_requests_do_not_keep_an_async_view_from_running(
    monkeypatch: pytest.MonkeyPatch, http_scope: ScopeFactory
) -> None:
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    response = (await MiddlewareRunner().run(event(http_scope()), done)).response
    assert response.content == b"done"


class Shop:
    """Views come as functions and as methods; their attributes are set by decorators."""

    @login_not_required
    async def view(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("done")


@pytest.mark.parametrize(
    "view", [login_not_required(done), Shop().view], ids=["function", "method"]
)
async def test_middleware_reads_the_attributes_of_the_view(
    settings: Settings, http_scope: ScopeFactory, view: Any
) -> None:
    settings.MIDDLEWARE = [f"{recording.__name__}.Hooks"]
    scope = http_scope(plan={}, trace=[])
    await MiddlewareRunner().run(event(scope), view)
    assert scope["trace"][1][-1] == (view.__name__, False, (), {})


async def test_a_session_changed_in_the_view_is_saved(
    settings: Settings, http_scope: ScopeFactory, login_cookie: Header
) -> None:
    settings.MIDDLEWARE = [SESSION]

    async def view(request: HttpRequest) -> HttpResponse:
        count = await request.session.aget("count", 0) + 1
        await request.session.aset("count", count)
        return HttpResponse(str(count))

    runner = MiddlewareRunner()
    for expected in (b"1", b"2"):
        response = (await runner.run(event(http_scope("/", [login_cookie])), view)).response
        assert response.content == expected


async def test_it_runs_the_middleware_that_it_is_given(
    http_scope: ScopeFactory, settings: Settings
) -> None:
    settings.MIDDLEWARE = [SESSION, USER, LOGIN_REQUIRED]
    request = synthetic_request(http_scope(), path="/page/1/")
    run = await MiddlewareRunner([SESSION]).run(request, done)
    assert (run.reached, hasattr(request, "session"), hasattr(request, "user")) == (
        True,
        True,
        False,
    )


async def test_what_the_view_stands_for_is_what_process_view_sees(
    http_scope: ScopeFactory, settings: Settings
) -> None:
    @login_not_required
    async def public(request: HttpRequest) -> HttpResponse:
        raise AssertionError("This is only looked at.")

    settings.MIDDLEWARE = [SESSION, USER, LOGIN_REQUIRED]

    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    for seen_as, reached in ((None, False), (public, True)):
        run = await MiddlewareRunner().run(event(http_scope()), view, seen_as)
        assert run.reached == reached
