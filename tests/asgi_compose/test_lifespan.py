from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from asgi_compose import ASGIApp, LifespanGroup, Message, Receive, Scope, Send, lifespan

from . import lifespan_apps as apps
from .driver import LifespanDriver, call, http_scope, run_lifespan
from .lifespan_apps import NOT_STARTED, NOT_STOPPED, STARTED, STOPPED, noted, works

SOON = 0.02


def group_of(*members: ASGIApp) -> LifespanGroup:
    return LifespanGroup(*members, startup_timeout=SOON, shutdown_timeout=SOON)


async def a_few_turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def complaints(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_applications_start_in_order_and_stop_in_reverse() -> None:
    log: list[str] = []
    group = group_of(*(noted(works, log, name) for name in "abc"))
    assert await run_lifespan(group) == [STARTED, STOPPED]
    assert log == [
        *("startup a", "startup b", "startup c"),
        *("shutdown c", "shutdown b", "shutdown a"),
    ]


async def test_an_application_starts_only_once_the_one_before_it_has() -> None:
    gate = asyncio.Event()
    log: list[str] = []

    async def starts_slowly(scope: Scope, receive: Receive, send: Send) -> None:
        await gate.wait()
        await works(scope, receive, send)

    group = LifespanGroup(noted(starts_slowly, log), noted(works, log))
    async with LifespanDriver(group) as driver:
        starting = asyncio.create_task(driver.startup())
        await asyncio.sleep(0)
        assert log == []
        gate.set()
        assert await starting == STARTED
        assert log == ["startup starts_slowly", "startup works"]


async def test_the_same_application_twice_has_one_lifespan() -> None:
    log: list[str] = []
    app = noted(works, log)
    await run_lifespan(group_of(app, app))
    assert log == ["startup works", "shutdown works"]


async def test_groups_can_be_nested() -> None:
    log: list[str] = []
    a, b, c = (noted(works, log, name) for name in "abc")
    assert await run_lifespan(LifespanGroup(group_of(a, b), c)) == [STARTED, STOPPED]
    assert [line[-1] for line in log] == [*"abc", *"cba"]


async def test_a_group_can_run_as_often_as_the_server_likes() -> None:
    group = group_of(works, apps.waits_for_more)
    async with LifespanDriver(group) as one, LifespanDriver(group) as other:
        assert [await one.startup(), await other.startup()] == [STARTED, STARTED]
        assert [await one.shutdown(), await other.shutdown()] == [STOPPED, STOPPED]


@pytest.mark.parametrize(
    "app",
    [apps.knows_only_http, apps.returns_at_once, apps.returns_on_startup, apps.raises_on_startup],
)
async def test_an_application_that_ends_without_an_answer_takes_no_part(app: ASGIApp) -> None:
    log: list[str] = []
    group = group_of(app, noted(works, log))
    assert await run_lifespan(group) == [STARTED, STOPPED]
    assert log == ["startup works", "shutdown works"]


@pytest.mark.parametrize("members", [[], [apps.knows_only_http, apps.returns_at_once]])
async def test_a_group_of_which_nobody_knows_lifespan_completes_quietly(
    members: list[ASGIApp], caplog: pytest.LogCaptureFixture
) -> None:
    assert await run_lifespan(group_of(*members)) == [STARTED, STOPPED]
    assert not complaints(caplog)


async def test_an_application_that_raises_when_asked_to_start_is_named_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await run_lifespan(group_of(apps.raises_on_startup)) == [STARTED, STOPPED]
    (record,) = complaints(caplog)
    assert "raises_on_startup" in record.getMessage()
    assert "cannot connect" in caplog.text


@pytest.mark.parametrize(
    "fails",
    [
        apps.fails_on_startup,
        apps.fails_on_startup_and_raises,
        apps.fails_on_startup_and_waits,
    ],
)
async def test_startup_failed_stops_those_already_started(fails: ASGIApp) -> None:
    log: list[str] = []
    members = [noted(works, log, "a"), noted(works, log, "b"), fails, noted(works, log, "never")]
    assert await run_lifespan(LifespanGroup(*members)) == [NOT_STARTED]
    assert log == ["startup a", "startup b", "shutdown b", "shutdown a"]


@pytest.mark.parametrize(
    ("fails", "error"),
    [
        (apps.fails_on_startup_and_raises, "no database"),
        (apps.fails_on_shutdown_and_raises, "cannot flush"),
        (apps.raises_on_shutdown, "cannot close"),
        (apps.raises_once_started, "lost the connection"),
    ],
)
async def test_what_a_failed_application_raised_is_raised_after_the_answer(
    fails: ASGIApp, error: str
) -> None:
    async with LifespanDriver(group_of(works, fails)) as driver:
        answer = await driver.startup()
        if answer == STARTED:
            answer = await driver.shutdown()
        assert answer["type"].endswith(".failed")
        with pytest.raises(RuntimeError, match=error):
            await driver.task


async def test_of_several_that_raise_after_their_failure_none_hides_another() -> None:
    another = noted(apps.fails_on_shutdown_and_raises, [])
    async with LifespanDriver(group_of(apps.fails_on_shutdown_and_raises, another)) as driver:
        await driver.startup()
        await driver.shutdown()
        with pytest.raises(ExceptionGroup) as raised:
            await driver.task
    assert [str(error) for error in raised.value.exceptions] == ["cannot flush", "cannot flush"]


def test_off_asyncio_the_start_fails_and_says_why() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(RuntimeError, match="runs on asyncio only"):
        group_of(works)({"type": "lifespan"}, receive, send).__await__().send(None)
    (answer,) = sent
    assert answer["type"] == "lifespan.startup.failed"
    assert "runs on asyncio only" in answer["message"]


async def test_a_failed_start_reports_what_failed_to_stop_too() -> None:
    group = group_of(apps.fails_on_shutdown, apps.raises_on_shutdown, apps.fails_on_startup)
    (answer,) = await run_lifespan(group)
    first, second, third = answer["message"].splitlines()
    assert (first, third) == (NOT_STARTED["message"], NOT_STOPPED["message"])
    assert "cannot close" in second


async def test_a_failure_without_a_message_names_the_application() -> None:
    async def fails_wordlessly(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "lifespan.startup.failed"})

    (answer,) = await run_lifespan(group_of(fails_wordlessly))
    assert "fails_wordlessly" in answer["message"]


async def test_an_application_that_never_answers_fails_the_start_and_is_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log: list[str] = []
    (answer,) = await run_lifespan(group_of(noted(works, log), apps.never_answers))
    assert answer["type"] == "lifespan.startup.failed"
    assert "never_answers" in answer["message"]
    assert "never_answers" in caplog.text
    assert log == ["startup works", "shutdown works"]


async def test_an_application_that_never_stops_takes_no_time_from_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def stops_slowly(scope: Scope, receive: Receive, send: Send) -> None:
        async def slow_send(message: Message) -> None:
            await a_few_turns()
            await send(message)

        await works(scope, receive, slow_send)

    group = LifespanGroup(stops_slowly, apps.never_stops, shutdown_timeout=0.2)
    started, answer = await run_lifespan(group)
    assert (started, answer["type"]) == (STARTED, "lifespan.shutdown.failed")
    (message,) = answer["message"].splitlines()
    assert "never_stops" in message
    assert "never_stops" in caplog.text


async def test_those_that_take_no_part_take_no_time() -> None:
    nobody = [noted(apps.returns_at_once, []) for _ in range(4)]
    group = LifespanGroup(*nobody, apps.never_stops, shutdown_timeout=0.2)
    _, answer = await run_lifespan(group)
    assert answer["message"].endswith("within 0.2 seconds")


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (apps.fails_on_shutdown, "cannot flush"),
        (apps.fails_on_shutdown_and_raises, "cannot flush"),
        (apps.raises_on_shutdown, "raised RuntimeError('cannot close')"),
        (apps.raises_once_started, "raised RuntimeError('lost the connection')"),
        (apps.answers_twice, "startup.complete is not due"),
        (apps.says_stopped_too_early, "shutdown.complete is not due"),
    ],
)
async def test_a_failure_to_stop_is_reported_and_the_rest_is_stopped(
    app: ASGIApp, message: str
) -> None:
    log: list[str] = []
    started, answer = await run_lifespan(group_of(noted(works, log), app))
    assert (started, answer["type"]) == (STARTED, "lifespan.shutdown.failed")
    assert message in answer["message"]
    assert log == ["startup works", "shutdown works"]


async def test_what_is_raised_before_shutdown_is_even_read_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stopping = asyncio.Event()

    async def breaks_meanwhile(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send(STARTED)
        await stopping.wait()
        raise RuntimeError("lost the connection")

    async with LifespanDriver(LifespanGroup(breaks_meanwhile)) as driver:
        await driver.startup()
        asyncio.get_running_loop().call_later(SOON, stopping.set)
        answer = await driver.shutdown()
    assert "lost the connection" in answer["message"]
    (record,) = complaints(caplog)
    assert "breaks_meanwhile" in record.getMessage()


async def test_no_failure_to_stop_hides_another() -> None:
    group = group_of(apps.fails_on_shutdown, works, apps.raises_on_shutdown, apps.never_stops)
    _, answer = await run_lifespan(group)
    never, raised, failed = answer["message"].splitlines()
    assert "never_stops" in never
    assert "cannot close" in raised
    assert failed == "cannot flush"


async def test_an_application_that_returned_early_is_not_missed() -> None:
    assert await run_lifespan(group_of(apps.returns_once_started, works)) == [STARTED, STOPPED]


async def test_an_application_that_waits_for_more_holds_nobody_up() -> None:
    group = LifespanGroup(apps.waits_for_more)
    async with asyncio.timeout(1):
        assert await run_lifespan(group) == [STARTED, STOPPED]


async def test_an_application_may_finish_what_it_does_after_its_last_answer() -> None:
    log: list[str] = []

    async def closes_a_pool_around(scope: Scope, receive: Receive, send: Send) -> None:
        await works(scope, receive, send)
        await a_few_turns()
        log.append("closed")

    assert await run_lifespan(LifespanGroup(closes_a_pool_around)) == [STARTED, STOPPED]
    assert log == ["closed"]


async def test_all_share_the_servers_state_and_none_shares_a_scope() -> None:
    scopes: list[Scope] = []

    async def fills_state(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)
        scope["app"] = "mine"
        scope["state"][f"pool{len(scopes)}"] = "open"
        await works(scope, receive, send)

    async def fills_it_too(scope: Scope, receive: Receive, send: Send) -> None:
        assert "app" not in scope
        await fills_state(scope, receive, send)

    state: dict[str, Any] = {"server": "ours"}
    await run_lifespan(group_of(fills_state, fills_it_too), state)
    assert state == {"server": "ours", "pool1": "open", "pool2": "open"}
    assert scopes[0]["state"] is scopes[1]["state"] is state
    assert scopes[0] is not scopes[1]


async def test_there_is_no_state_where_the_server_has_none() -> None:
    async def sees_no_state(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope.keys() == {"type", "asgi"}
        await works(scope, receive, send)

    assert await run_lifespan(group_of(sees_no_state)) == [STARTED, STOPPED]


async def test_each_application_enters_and_exits_in_one_task_of_its_own() -> None:
    tasks: list[object] = []

    async def notes_its_task(scope: Scope, receive: Receive, send: Send) -> None:
        async def noting_send(message: Message) -> None:
            tasks.append(asyncio.current_task())
            await send(message)

        await works(scope, receive, noting_send)

    async def notes_another(scope: Scope, receive: Receive, send: Send) -> None:
        await notes_its_task(scope, receive, send)

    await run_lifespan(group_of(notes_its_task, notes_another))
    first, second, second_again, first_again = tasks
    assert first is first_again is not second
    assert second is second_again


async def test_the_last_answer_is_the_very_last_act() -> None:
    events = iter(["lifespan.startup", "lifespan.shutdown"])
    sent: list[Message] = []
    loop = asyncio.get_running_loop()

    async def receive() -> Message:
        return {"type": next(events)}

    async def send(message: Message) -> None:
        sent.append(message)
        if message == STOPPED:
            loop.call_soon(task.cancel)  # as hypercorn does; the next pause would raise

    task = asyncio.ensure_future(group_of(works, works)({"type": "lifespan"}, receive, send))
    await task
    assert sent == [STARTED, STOPPED]


@pytest.mark.parametrize("started", [True, False])
async def test_cancelling_the_group_cancels_its_applications(started: bool) -> None:
    log: list[str] = []
    entered = asyncio.Event()

    async def notes_its_end(scope: Scope, receive: Receive, send: Send) -> None:
        entered.set()
        try:
            await (works if started else apps.never_answers)(scope, receive, send)
        finally:
            await a_few_turns()
            log.append("ended")

    async with LifespanDriver(LifespanGroup(works, notes_its_end)) as driver:
        starting = asyncio.create_task(driver.startup())
        await entered.wait()
        if started:
            assert await starting == STARTED
        starting.cancel()
    assert driver.task.cancelled()
    assert log == ["ended"]


def starlette(hangs: bool = False) -> Starlette:
    """Starlette answers whatever ends its lifespan, and so its cancellation, with a traceback."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if hangs:
            await asyncio.Event().wait()
        yield

    return Starlette(lifespan=lifespan)


@pytest.mark.parametrize("whose", ["group", "every task"])
@pytest.mark.parametrize("hangs", [False, True])
async def test_the_answer_to_a_cancellation_is_not_heard(
    whose: str, hangs: bool, caplog: pytest.LogCaptureFixture
) -> None:
    before = asyncio.all_tasks()
    async with LifespanDriver(LifespanGroup(works, starlette(hangs))) as driver:
        starting = asyncio.create_task(driver.startup())
        await asyncio.sleep(SOON)
        assert starting.done() is not hangs
        if whose == "every task":  # as asyncio.run() does at its end
            for task in sorted(asyncio.all_tasks() - before, key=lambda task: task is driver.task):
                task.cancel()
        starting.cancel()
    assert driver.task.cancelled()
    assert driver.outgoing.empty()
    assert not complaints(caplog)


async def test_what_starlette_says_of_its_cancellation_hides_no_timeout(
    caplog: pytest.LogCaptureFixture,
) -> None:
    (answer,) = await run_lifespan(group_of(works, starlette(hangs=True)))
    (record,) = complaints(caplog)
    assert answer["message"] == record.getMessage()
    assert "did not answer lifespan.startup within" in answer["message"]


async def test_an_application_that_waits_for_more_may_answer_its_end_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def answers_its_end(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await apps.waits_for_more(scope, receive, send)
        finally:
            await send(NOT_STOPPED)

    assert await run_lifespan(LifespanGroup(works, answers_its_end)) == [STARTED, STOPPED]
    assert not complaints(caplog)


async def test_a_failure_is_heard_though_the_application_is_cancelling_itself() -> None:
    async def gives_starlette_a_moment(scope: Scope, receive: Receive, send: Send) -> None:
        async with asyncio.timeout(SOON):
            await starlette(hangs=True)(scope, receive, send)

    (answer,) = await run_lifespan(LifespanGroup(gives_starlette_a_moment))
    assert answer["type"] == "lifespan.startup.failed"
    assert "CancelledError" in answer["message"]


if sys.version_info >= (3, 12):  # before that tasks cannot be eager

    @pytest.mark.parametrize("app", [works, apps.waits_for_more, apps.answers_twice])
    async def test_it_is_all_the_same_where_tasks_are_eager(app: ASGIApp) -> None:
        usual = await run_lifespan(LifespanGroup(works, app))
        loop = asyncio.get_running_loop()
        loop.set_task_factory(asyncio.eager_task_factory)
        try:
            assert await run_lifespan(LifespanGroup(works, app)) == usual
        finally:
            loop.set_task_factory(None)


async def test_an_application_that_ignores_cancellation_is_named_and_left_behind(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifespan, "GRACE", SOON)
    released, ended = asyncio.Event(), asyncio.Event()

    async def ignores_cancellation(scope: Scope, receive: Receive, send: Send) -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue
        ended.set()

    (answer,) = await run_lifespan(group_of(ignores_cancellation))
    assert answer["type"] == "lifespan.startup.failed"
    assert "ignores_cancellation at" in caplog.records[-1].getMessage()
    assert "although it was cancelled" in caplog.records[-1].getMessage()
    released.set()
    await ended.wait()


async def test_other_scopes_raise() -> None:
    with pytest.raises(ValueError, match="not 'http'"):
        await group_of(works)(http_scope(), works, works)  # type: ignore[arg-type]


NO_PART = {
    apps.knows_only_http,
    apps.returns_at_once,
    apps.returns_on_startup,
    apps.raises_on_startup,
}
START_FAILS = {
    apps.fails_on_startup,
    apps.fails_on_startup_and_raises,
    apps.fails_on_startup_and_waits,
    apps.never_answers,
}
STOP_FAILS = {
    apps.answers_twice,
    apps.fails_on_shutdown,
    apps.fails_on_shutdown_and_raises,
    apps.never_stops,
    apps.raises_on_shutdown,
    apps.raises_once_started,
    apps.says_stopped_too_early,
}
WELL = {apps.works, apps.waits_for_more, apps.returns_once_started}
BEHAVIOURS = sorted(NO_PART | START_FAILS | STOP_FAILS | WELL, key=lambda app: app.__name__)


LISTENING = {
    apps.works,
    apps.waits_for_more,
    apps.fails_on_shutdown,
    apps.fails_on_shutdown_and_raises,
    apps.raises_on_shutdown,
}


def claims(app: ASGIApp, index: int) -> ASGIApp:
    """Leave a number in the state, where all others leave theirs too, and show it to requests."""

    async def claiming(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            if "state" in scope:
                scope["state"]["claimed by"] = index
            await app(scope, receive, send)
        else:
            await send({"type": "claimed", "by": scope["state"].get("claimed by")})

    return claiming


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(BEHAVIOURS), max_size=6),
    st.sampled_from(["shared", "own"]),
    st.booleans(),
)
def test_any_group_ends_as_specified_and_never_hangs(
    chosen: list[Any], state: Any, server_has_state: bool
) -> None:
    log: list[str] = []
    members = [claims(noted(app, log, str(at)), at) for at, app in enumerate(chosen)]
    group = LifespanGroup(*members, state=state, startup_timeout=SOON, shutdown_timeout=SOON)
    servers: dict[str, Any] | None = {"server": "ours"} if server_has_state else None
    answers = asyncio.run(run_lifespan(group, servers))

    culprit = next((at for at, app in enumerate(chosen) if app in START_FAILS), None)
    failed = culprit is None and any(app in STOP_FAILS for app in chosen)
    stopped = "lifespan.shutdown.failed" if failed else "lifespan.shutdown.complete"
    ends = ["lifespan.startup.complete", stopped]
    assert [answer["type"] for answer in answers] == (
        ends if culprit is None else ["lifespan.startup.failed"]
    )

    started = chosen[:culprit]
    told = [f"shutdown {at}" for at, app in enumerate(started) if app in LISTENING]
    assert [line for line in log if line.startswith("shutdown")] == told[::-1]

    failing = [at for at, app in enumerate(started) if app in STOP_FAILS]
    reported = answers[-1].get("message", "").splitlines()
    assert len(reported) == len(failing) + (culprit is not None)

    if servers is not None:
        called = len(chosen) if culprit is None else culprit + 1
        for at, member in enumerate(members[:called]):
            request = http_scope(state={**servers})
            (seen,) = asyncio.run(call(group.with_state(member), request))
            assert seen["by"] == (at if state == "own" else called - 1)
        assert ("claimed by" in servers) is (state == "shared" and called > 0)
