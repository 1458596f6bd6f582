"""``MiddlewareRunner`` does with a view what Django does with one that it finds in the URLconf.

Django's own handler is the oracle. What the runner adds, which is to raise again what the view
raised and nobody answered, is held against the trace.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
from typing import Any

import pytest
from hypothesis import given, settings

from django_adapter import MiddlewareRunner, synthetic_request
from tests.django_adapter.differential import views
from tests.django_adapter.differential.asked import Asked, Done
from tests.django_adapter.differential.exchanges import (
    PATIENCE,
    RAISED,
    DjangoHandler,
    by_get_response,
    one_of,
    read,
)
from tests.django_adapter.differential.normal import normal_error, normal_response
from tests.django_adapter.differential.noting import noted
from tests.django_adapter.differential.plans import events_asked

EXAMPLES = int(os.environ.get("DIFFERENTIAL_EXAMPLES", 100))
VIEWS = {"/async/": views.async_page, "/open/": views.open_page}

pytestmark = pytest.mark.usefixtures("its_settings")


async def by_runner(asked: Asked) -> tuple[Done, bool | None]:
    """Run the view that Django would find; also return whether the runner says it was reached."""
    scope = asked.scope()
    with asked.settled(), noted(scope) as sender:
        try:
            sender.append(runner := one_of(MiddlewareRunner))
            task = asyncio.create_task(run(runner, asked, scope))
            response, reached = await asyncio.wait_for(task, PATIENCE)
        except RAISED as error:
            return Done(scope["trace"], error=normal_error(error)), None
        return Done(scope["trace"], normal_response(asked, *response)), reached


async def run(runner: MiddlewareRunner, asked: Asked, scope: dict[str, Any]) -> tuple[Any, bool]:
    request = synthetic_request(scope, path=asked.path, query_string=b"a=b", method="GET")
    ran = await runner.run(request, VIEWS[asked.path])
    return await read(ran.response), ran.reached


def steps(done: Done) -> list[Any]:
    """What happened but for the start of the request and its end, which the runner signals."""
    return [step for step in done.trace if step[0] not in ("request_started", "request_finished")]


def left_by_view(trace: list[Any]) -> tuple[str, str] | None:
    """Return what the view raised last, unless a ``process_exception`` hook answered it."""
    error = None
    for step in trace:
        if step[:2] == ("view", "call"):
            error = None
        elif step[:2] == ("view", "raised"):
            error = step[2]
        elif step[1] == "process_exception" and str(step[2]).startswith("answer"):
            error = None
    return error


@settings(deadline=None, max_examples=EXAMPLES)
@given(asked=events_asked())
async def test_the_same_happens_around_the_view_of_a_run(asked: Asked) -> None:
    ours, reached = await by_runner(asked)
    django = await by_get_response(asked, DjangoHandler)
    error = django.error or left_by_view(django.trace)
    expected = Done(steps(django), None if error else django.response, error)
    assert dataclasses.replace(ours, trace=steps(ours)).differs_from(expected) == []
    assert reached in (None, any(step[:2] == ("view", "call") for step in django.trace))
