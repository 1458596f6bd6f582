"""A client that leaves: everything that had begun ends as it does under Django's own handler."""

from __future__ import annotations

import asyncio

import pytest
from django.test import override_settings

from django_adapter.http import ASGIHandler as OurHandler
from tests.django_adapter.differential import hooks, leaving
from tests.django_adapter.differential.asked import Asked, Done
from tests.django_adapter.differential.exchanges import PATIENCE, RAISED, DjangoHandler, one_of
from tests.django_adapter.differential.leaving import LeavingConnection
from tests.django_adapter.differential.middleware import OURS, USUAL
from tests.django_adapter.differential.normal import normal_error
from tests.django_adapter.differential.noting import noted

ONLY_REQUEST, ONLY_VIEW = f"{hooks.__name__}.OnlyRequest", f"{hooks.__name__}.OnlyView"

pytestmark = pytest.mark.usefixtures("its_settings")


def ids(stack: list[str]) -> str:
    return "+".join(path.rpartition(".")[2] for path in stack) or "nothing"


async def left(asked: Asked, kind: type[DjangoHandler]) -> Done:
    scope = asked.scope()
    connection = LeavingConnection(scope, asked.body())
    with asked.settled(), override_settings(ROOT_URLCONF=leaving.__name__), noted(scope) as sender:
        sender.append(handler := one_of(kind))
        call = handler(scope, connection.receive, connection.send)
        try:
            await asyncio.wait_for(asyncio.create_task(call), PATIENCE)
        except RAISED as error:
            return Done(scope["trace"], error=normal_error(error))
        finally:
            await connection.ended()
    return Done(scope["trace"], tuple(connection.sent))


async def assert_same(asked: Asked) -> None:
    ours = await left(asked, OurHandler)
    assert ours.differs_from(await left(asked, DjangoHandler)) == []


@pytest.mark.parametrize("signals", [True, False])
@pytest.mark.parametrize("path", ["/async/", "/waiting/"])
@pytest.mark.parametrize("stack", [[], *([each] for each in OURS), USUAL], ids=ids)
async def test_what_an_async_view_had_begun_ends(
    stack: list[str], path: str, signals: bool
) -> None:
    await assert_same(Asked(stack, {}, path=path, method="POST", signals=signals))


@pytest.mark.parametrize("signals", [True, False])
@pytest.mark.parametrize("stack", [[], [ONLY_REQUEST], [ONLY_VIEW, ONLY_REQUEST]], ids=ids)
async def test_a_sync_view_ends(stack: list[str], signals: bool) -> None:
    await assert_same(Asked(stack, {}, path="/sync/", method="POST", signals=signals))
