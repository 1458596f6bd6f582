"""``MiddlewareRunner`` does what Django's own handler does: Django is the oracle.

The same view under the same middleware is run by ``ASGIHandler``, which finds it in the URLconf,
and by the runner, which is given it. What happened, signals and log records included, is one list.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import got_request_exception, request_finished, request_started
from django.test import override_settings
from hypothesis import example, given, settings
from hypothesis import strategies as st

from django_adapter import MiddlewareRunner, synthetic_request
from tests.conftest import ScopeFactory
from tests.django_adapter import recording
from tests.django_adapter.recording import KINDS, page

Plan = dict[tuple[str, str], str]


class Outcome(NamedTuple):
    trace: list[Any]
    status: int | None = None
    headers: list[tuple[bytes, bytes]] = []
    error: Exception | None = None


class Scribe(logging.Handler):
    def __init__(self, trace: list[Any]) -> None:
        super().__init__()
        self.trace = trace

    def emit(self, record: logging.LogRecord) -> None:
        error = repr(record.exc_info[1]) if record.exc_info else None
        self.trace.append((record.name, record.levelname, record.getMessage(), error))


@contextmanager
def signals_and_logs_noted(trace: list[Any], handler: type) -> Iterator[None]:
    def note(name: str) -> Callable[..., None]:
        def receiver(sender: Any, **kwargs: Any) -> None:
            trace.append((name, "the handler" if sender is handler else sender, sorted(kwargs)))

        return receiver

    signals = {
        "request_started": request_started,
        "request_finished": request_finished,
        "got_request_exception": got_request_exception,
    }
    receivers = {name: note(name) for name in signals}
    logger, scribe = logging.getLogger("django"), Scribe(trace)
    for name, receiver in receivers.items():
        signals[name].connect(receiver)
    logger.addHandler(scribe)
    try:
        yield
    finally:
        logger.removeHandler(scribe)
        for name, receiver in receivers.items():
            signals[name].disconnect(receiver)


async def by_django(scope: dict[str, Any]) -> Outcome:
    with signals_and_logs_noted(scope["trace"], ASGIHandler):
        server = ApplicationCommunicator(ASGIHandler(), scope)
        await server.send_input({"type": "http.request"})
        start = await server.receive_output(timeout=10)
        await server.wait(timeout=10)
    return Outcome(scope["trace"], start["status"], on_the_wire(start["headers"]))


async def by_the_runner(scope: dict[str, Any]) -> Outcome:
    with signals_and_logs_noted(scope["trace"], MiddlewareRunner):
        request = synthetic_request(scope, path=scope["path"])
        try:
            response = (await MiddlewareRunner().run(request, page)).response
        except Exception as error:  # noqa: BLE001 - the outcome to look at, whatever it is
            return Outcome(scope["trace"], error=error)
    headers = [(name.encode(), value.encode()) for name, value in response.items()]
    cookies = [(b"Set-Cookie", c.OutputString().encode()) for c in response.cookies.values()]
    return Outcome(scope["trace"], response.status_code, on_the_wire([*headers, *cookies]))


def on_the_wire(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in headers]


PHASES = {
    "hooks": ["process_request", "process_view", "process_exception", "process_response"],
    "more hooks": ["process_request", "process_view", "process_exception", "process_response"],
    "sync function": ["process_request", "process_response"],
    "async function": ["process_request", "process_response"],
    "sync call": ["process_request", "process_response", "finally"],
    "async call": ["process_request", "process_view", "process_exception", "process_response"],
}
PLACES = [(who, when) for who, phases in PHASES.items() for when in phases]
ENDS_OF_THE_VIEW = ["answer", "template", "return None", *recording.ERRORS]
CHAIN = [kind.rpartition(".")[2] for kind in KINDS]

plans = st.tuples(
    st.dictionaries(
        st.sampled_from(PLACES), st.sampled_from(["answer", *recording.ERRORS]), max_size=3
    ),
    st.fixed_dictionaries({}, optional={("page", "view"): st.sampled_from(ENDS_OF_THE_VIEW)}),
).map(lambda both: both[0] | both[1])
chains = st.lists(st.sampled_from(CHAIN), unique=True)


@settings(deadline=None)
@example(chain=CHAIN, plan={})
@example(chain=CHAIN, plan={("page", "view"): "raise"})
@example(chain=CHAIN, plan={("page", "view"): "raise", ("hooks", "process_exception"): "answer"})
@given(chain=chains, plan=plans)
async def test_the_same_happens_as_under_djangos_own_handler(
    http_scope: ScopeFactory, websocket_scope: ScopeFactory, chain: list[str], plan: Plan
) -> None:
    middleware = [f"{recording.__name__}.{kind}" for kind in chain]
    with override_settings(MIDDLEWARE=middleware, ROOT_URLCONF=recording.__name__):
        django = await by_django(http_scope("/page/", plan=plan, trace=[]))
        ours = await by_the_runner(websocket_scope("/page/", plan=plan, trace=[]))

    assert ours.trace == django.trace
    if view_failed(django.trace):
        assert repr(ours.error).startswith(recording.ERRORS[plan["page", "view"]].__name__)
    else:
        assert ours == django


def view_failed(trace: list[Any]) -> bool:
    """Tell whether the view raised, and no ``process_exception`` hook answered for it."""
    raised = any(entry[:2] == ("page", "view") and entry[2] in recording.ERRORS for entry in trace)
    answered = any(entry[1:3] == ("process_exception", "answer") for entry in trace)
    return raised and not answered


@pytest.mark.parametrize("kind", CHAIN)
@pytest.mark.parametrize("end", [None, *ENDS_OF_THE_VIEW])
async def test_each_kind_of_middleware_sees_each_end_of_the_view(
    http_scope: ScopeFactory, kind: str, end: str | None
) -> None:
    plan = {("page", "view"): end}
    middleware = [f"{recording.__name__}.{kind}"]
    with override_settings(MIDDLEWARE=middleware, ROOT_URLCONF=recording.__name__):
        django = await by_django(http_scope("/page/", plan=plan, trace=[]))
        ours = await by_the_runner(http_scope("/page/", plan=plan, trace=[]))
    assert ours.trace == django.trace
    assert (ours.error is not None) == view_failed(django.trace)
