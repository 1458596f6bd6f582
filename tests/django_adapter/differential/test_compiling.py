"""What random stacks leave out: stacks that cannot be made, and mistakes that Django forgives."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.deprecation import MiddlewareMixin

from django_adapter.http import ASGIHandler as OurHandler
from tests.django_adapter.differential import calls
from tests.django_adapter.differential.answers import template
from tests.django_adapter.differential.asked import Asked
from tests.django_adapter.differential.exchanges import DjangoHandler, by_get_response, over_asgi
from tests.django_adapter.differential.middleware import MISTAKEN, UNMARKED, USUAL
from tests.django_adapter.differential.normal import FILES, SIGNED, Visitor

LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"

pytestmark = pytest.mark.usefixtures("its_settings")


def makes_nothing(get_response: Any) -> None:
    return None


def fails_to_start(get_response: Any) -> None:
    raise LookupError("no such service")


class NeitherNor(calls.SyncCall):
    sync_capable = False


class Tagged(MiddlewareMixin):
    """Answers with a template that nobody renders, and with a tag by which it need not be read."""

    def process_request(self, request: HttpRequest) -> TemplateResponse:
        response = template(request, "tagged")
        response.headers["ETag"] = '"tag"'
        return response


class Renders(MiddlewareMixin):
    def process_response(self, request: HttpRequest, response: Any) -> HttpResponseBase:
        rendered: HttpResponseBase = response.render()
        return rendered


async def assert_same(asked: Asked) -> None:
    ours, django = await over_asgi(asked, OurHandler), await over_asgi(asked, DjangoHandler)
    assert ours.differs_from(django) == []


@pytest.mark.parametrize("name", ["makes_nothing", "fails_to_start", "NeitherNor", "is_not_there"])
async def test_a_stack_that_cannot_be_made_fails_alike(name: str) -> None:
    asked = Asked([*USUAL, f"{__name__}.{name}", *USUAL], {})
    ours = await by_get_response(asked, OurHandler)
    assert ours.error is not None
    assert ours.differs_from(await by_get_response(asked, DjangoHandler)) == []


@pytest.mark.parametrize("todo", ["answer", "set cookie"])
@pytest.mark.parametrize(
    "before", [[], ["calls.AsyncCall"], ["functions.async_function"]], ids=repr
)
async def test_an_async_class_that_is_not_marked_works_alike(before: list[str], todo: str) -> None:
    stack = [f"{calls.__package__}.{name}" for name in before]
    await assert_same(Asked([*stack, UNMARKED], {("unmarked call", "before"): todo}))


@pytest.mark.parametrize("front", ["calls.AsyncCall", "hooks.Around", "hooks.SyncOnlyHooks"])
async def test_a_request_hook_that_is_a_coroutine_fails_alike(front: str) -> None:
    around = f"{calls.__package__}.{front}"
    await assert_same(Asked([around, MISTAKEN, around], {}))


@pytest.mark.parametrize("name", ["GZipMiddleware", "ConditionalGetMiddleware"])
async def test_a_response_is_not_read_where_django_does_not_read_it(name: str) -> None:
    django = next(path for path in USUAL if path.endswith(name))
    await assert_same(Asked([f"{__name__}.Renders", django, f"{__name__}.Tagged"], {}))


@pytest.mark.parametrize("engine", [SIGNED, FILES])
@pytest.mark.parametrize("session", ["none", "known", "user", "unknown"])
@pytest.mark.parametrize("path", ["/sync/", "/async/", "/open/"])
async def test_a_user_whom_a_middleware_sets_is_loaded_in_a_thread(
    engine: str, session: str, path: str
) -> None:
    django = {path.rpartition(".")[2]: path for path in [*USUAL, LOGIN_REQUIRED]}
    here = calls.__package__
    stack = [
        django["SessionMiddleware"],
        django["AuthenticationMiddleware"],
        f"{here}.hooks.OnlyRequest",
        f"{here}.functions.sync_function",
        f"{here}.functions.async_function",
        LOGIN_REQUIRED,
    ]
    plan = {
        ("only request", "before"): "change session",
        ("sync function", "before"): "replace user",
    }
    await assert_same(Asked(stack, plan, path=path, visitor=Visitor(engine, session)))


@pytest.mark.parametrize("path", ["/sync/", "/async/"])
@pytest.mark.parametrize("todo", ["answer", "raise", "return None", "answer template"])
@pytest.mark.django_db(transaction=True)
async def test_a_transaction_for_each_request_is_where_django_has_it(
    monkeypatch: pytest.MonkeyPatch, path: str, todo: str
) -> None:
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    await assert_same(Asked(USUAL, {("view", "call"): todo}, path=path))
