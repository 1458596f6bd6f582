"""Our handler does what Django's own does with any stack of middleware, whatever happens there.

The same stack, request and plan go to both, and all that happened is one value: the calls, where
each ran and what it saw, signals, log records, and the response. DIFFERENTIAL_EXAMPLES=5000 in the
environment asks for more examples of each test than there is time for every day.
"""

from __future__ import annotations

import dataclasses
import os
from typing import Any

import pytest
from hypothesis import given, settings

from django_adapter.http import ASGIHandler as OurHandler
from tests.django_adapter.differential.asked import Asked, Done
from tests.django_adapter.differential.exchanges import (
    DjangoHandler,
    all_over_asgi,
    by_get_response,
    from_sync_code,
    over_asgi,
)
from tests.django_adapter.differential.plans import (
    exchanges_asked,
    non_blocking_asked,
    several_asked,
)

EXAMPLES = int(os.environ.get("DIFFERENTIAL_EXAMPLES", 100))

pytestmark = pytest.mark.usefixtures("its_settings")


@settings(deadline=None, max_examples=EXAMPLES)
@given(asked=exchanges_asked())
async def test_the_same_is_sent_for_a_request(asked: Asked) -> None:
    ours, django = await over_asgi(asked, OurHandler), await over_asgi(asked, DjangoHandler)
    assert ours.differs_from(django) == []


@settings(deadline=None, max_examples=EXAMPLES)
@given(asked=exchanges_asked())
async def test_the_same_response_is_returned(asked: Asked) -> None:
    ours = await by_get_response(asked, OurHandler)
    assert ours.differs_from(await by_get_response(asked, DjangoHandler)) == []


@settings(deadline=None, max_examples=EXAMPLES)
@given(asked=exchanges_asked())
def test_the_same_response_is_returned_to_sync_code(asked: Asked) -> None:
    ours, django = from_sync_code(asked, OurHandler), from_sync_code(asked, DjangoHandler)
    assert ours.differs_from(django) == []


@settings(deadline=None, max_examples=EXAMPLES)
@given(asked=non_blocking_asked())
async def test_the_same_is_sent_where_hooks_need_no_thread(asked: Asked) -> None:
    ours, django = await over_asgi(asked, OurHandler), await over_asgi(asked, DjangoHandler)
    assert anywhere(ours).differs_from(anywhere(django)) == []


@settings(deadline=None, max_examples=EXAMPLES // 4)
@given(several=several_asked())
async def test_the_same_is_sent_for_requests_at_once(several: list[Asked]) -> None:
    ours = await all_over_asgi(several, OurHandler)
    for one, other in zip(ours, await all_over_asgi(several, DjangoHandler), strict=True):
        assert one.differs_from(other) == []


PLACES = ("in the loop", "in thread")


def anywhere(done: Done) -> Done:
    """The same without where it was done, but for the view and what does not say it."""

    def without_place(step: tuple[Any, ...]) -> tuple[Any, ...]:
        if step[0] == "view":
            return step
        return tuple(
            part for part in step if not str(part).startswith(("in the loop", "in thread"))
        )

    return dataclasses.replace(done, trace=[without_place(step) for step in done.trace])
