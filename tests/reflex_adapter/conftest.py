"""The whole application under real hypercorn, in this process and on a free port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from django.test import override_settings

from reflex_adapter.asgi_entry import application
from reflex_adapter.bridge import DjangoEventBridge
from reflex_adapter.django_led_app import app
from reflex_adapter.login_guard import login_guard
from tests.probe import middleware
from tests.reflex_adapter.redis import running_redis
from tests.reflex_adapter.serving import served


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site() -> AsyncIterator[str]:
    """The address of the running site."""
    async with served(application) as address:
        yield address


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with running_redis() as url:
        yield url


@pytest.fixture
def logged_in(login_cookie: tuple[bytes, bytes]) -> str:
    """The ``Cookie`` header of a browser that logged in through Django, as ``ada``."""
    return login_cookie[1].decode()


@pytest.fixture
def trace() -> Iterator[list[str]]:
    """What the probing middleware and handlers note, empty at the start."""
    middleware.trace.clear()
    yield middleware.trace
    middleware.trace.clear()


@pytest.fixture
def use_middleware() -> Iterator[Callable[..., None]]:
    """Put the named middleware behind the project's own, for events, until the test ends."""
    before = app.bridge, app.login_guard
    override = None

    def use(*names: str) -> None:
        nonlocal override
        from django.conf import settings  # noqa: PLC0415 - the settings of the running test

        override = override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, *names])
        override.enable()
        app.bridge, app.login_guard = DjangoEventBridge(), login_guard()

    yield use
    app.bridge, app.login_guard = before
    if override is not None:
        override.disable()
