"""Servers must take what we make for ASGI 3 without being told.

They ask in four ways, none of which is a promise. If one of these fails with a new release, see
``as_application`` in ``asgi_compose/marking.py``.
"""

from __future__ import annotations

import functools
import inspect

import pytest
from asgiref.compatibility import is_double_callable
from hypercorn.utils import is_asgi
from starlette._utils import is_async_callable
from uvicorn.config import Config

from asgi_compose import ASGIApp, Dispatcher, LifespanGroup, OriginGuard, Scope, stack

from .driver import answers, http_scope, status_of


def nobody(scope: Scope, origin: str | None) -> bool:
    return False


APPS = {
    "Dispatcher": Dispatcher([], default=answers(200)),
    "OriginGuard": OriginGuard(answers(200), allowed=nobody),
    "stack": stack(answers(200)),
    "LifespanGroup": LifespanGroup(),
}


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest) -> ASGIApp:
    return APPS[request.param]


def test_hypercorn_takes_it_for_asgi(app: ASGIApp) -> None:
    assert is_asgi(app)


def test_uvicorn_takes_it_for_asgi_3(app: ASGIApp) -> None:
    config = Config(app, log_config=None)
    config.load()
    assert config.interface == "asgi3"


def test_daphne_and_channels_take_it_for_a_single_callable(app: ASGIApp) -> None:
    assert not is_double_callable(app)


def test_starlettes_test_client_takes_it_for_asgi_3(app: ASGIApp) -> None:
    assert is_async_callable(app)
    assert is_async_callable(functools.partial(app))


def test_a_call_has_no_coroutine_but_the_inner_applications(app: ASGIApp) -> None:
    inner = answers(200)
    for made in (Dispatcher([], default=inner), OriginGuard(inner, nobody), stack(inner)):
        coroutine = made(http_scope(), None, None)
        assert inspect.iscoroutine(coroutine)
        assert coroutine.cr_code is inner.__code__  # type: ignore[attr-defined]
        coroutine.close()


async def test_what_is_marked_can_also_be_called_by_its_mark() -> None:
    assert await status_of(APPS["stack"].__call__, http_scope()) == 200
