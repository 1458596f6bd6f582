"""Every kind of handler is a view of Django's, whatever Reflex calls it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from tests.reflex_adapter.client import APP_STATE, PLAIN, ROOT, EventClient, connected
from tests.reflex_adapter.test_background import noted

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

KINDS = f"{APP_STATE}.tests___probe___kinds____kinds_state"
INHERITED = f"{KINDS}.tests___probe___kinds____inherited_state"
ROOM = (
    f"{ROOT}.reflex___istate___shared____shared_state_base_internal"
    ".tests___probe___kinds____room_state"
)


async def seen(
    tab: EventClient, handler: str, expected: Any, var: str = "seen", **payload: Any
) -> None:
    await tab.send(f"{KINDS}.{handler}", **payload)
    await tab.receive_until(lambda tab: tab.var(KINDS, var) == expected)


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ("coroutine", "ada loop"),
        ("plain", "ada thread 1"),
        ("undecorated", "ada loop"),
        ("generator", "ada loop"),
        ("plain_generator", "ada loop"),
        ("goes_on", "lastlast ada loop"),
        ("calls_others", "called ada loop"),
        ("decorated", "ada loop"),
        ("decorated_plain", "ada thread 1"),
        ("async_in_plain", "ada loop"),
        ("generator_in_plain", "ada thread 1"),
        ("async_generator_in_plain", "ada loop"),
        ("other_state", "ada"),
        ("background", "ada loop"),
        ("background_generator", "ada loop"),
        ("of_mixin", "ada loop"),
        ("plain_of_mixin", "ada thread 1"),
    ],
)
async def test_each_kind_of_handler_finds_its_request(
    site: str, logged_in: str, handler: str, expected: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await seen(tab, handler, expected)


@pytest.mark.parametrize(
    ("handler", "steps"),
    [
        ("generator", ["ada loop", "ada loop"]),
        ("plain_generator", ["ada thread", "ada thread 1"]),
        ("calls_others", ["ada loop", "called ada loop"]),
        ("generator_in_plain", ["ada thread 1"]),
        ("async_generator_in_plain", ["ada loop"]),
        ("background_generator", ["ada loop"]),
    ],
)
async def test_what_a_handler_finds_on_its_way(
    site: str, logged_in: str, handler: str, steps: list[str]
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await seen(tab, handler, steps, "steps")


async def test_arguments_have_their_types_and_defaults(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await seen(tab, "argument", "aaa ada loop", value="a", times="3")
        await seen(tab, "argument", "bb ada loop", value="b")
        await seen(tab, "form", "tea ada loop", data={"name": "tea"})


async def test_a_child_has_handlers_of_its_own_and_its_parents(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{INHERITED}.of_child")
        await tab.receive_until(lambda tab: tab.var(KINDS, "seen") == "child ada loop")


async def test_computed_vars_of_each_kind_know_the_user(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await seen(tab, "coroutine", "ada loop")
        found = [tab.var(KINDS, name) for name in ("computed", "computed_always", "computed_async")]
    assert found == ["ada", "ada ada loop", "ada ada loop"]


async def test_the_handlers_of_a_linked_state_find_their_request(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{ROOM}.enter", room="lounge")
        await tab.send(f"{ROOM}.say", text="hello")
        await tab.receive_until(lambda tab: tab.var(ROOM, "lines") == ["ada: hello"])


async def test_what_was_yielded_stays_if_the_handler_then_raises(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{KINDS}.yields_and_raises")
        await tab.receive_until(lambda tab: tab.told)
        assert tab.var(KINDS, "seen") == "yielded"
        assert "An error occurred" in str(tab.told)
        await seen(tab, "coroutine", "ada loop")


@pytest.fixture
def atomic_requests() -> Iterator[None]:
    before = connections.settings["default"]["ATOMIC_REQUESTS"]
    connections.settings["default"]["ATOMIC_REQUESTS"] = True
    yield
    connections.settings["default"]["ATOMIC_REQUESTS"] = before


async def test_atomic_requests_spans_plain_handlers(
    site: str, logged_in: str, atomic_requests: None
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await seen(tab, "plain_in_transaction", "True")
        for handler in ("writes_and_raises", "writes_yields_and_raises"):
            tab.told.clear()
            await tab.send(f"{KINDS}.{handler}")
            await tab.receive_until(lambda tab: tab.told)
            await seen(tab, "counts_users", "1")


async def test_without_atomic_requests_nothing_is_rolled_back(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await seen(tab, "plain_in_transaction", "False")
        await tab.send(f"{KINDS}.writes_and_raises")
        await seen(tab, "counts_users", "2")


@pytest.fixture
def no_garbage() -> Iterator[None]:
    """Nothing is collected meanwhile, so that only what is closed in order ends."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_garbage")
async def test_a_generator_that_nobody_reads_to_its_end_ends_with_its_event(
    site: str, logged_in: str, trace: list[str]
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{KINDS}.yields_nonsense")
        await seen(tab, "plain", "ada thread 1")
        assert "ended for ada" in trace
        await tab.send(f"{KINDS}.yields_nonsense_in_background")
        await noted(trace, "ended for ada")


@pytest.mark.usefixtures("no_garbage")
async def test_so_does_a_plain_one_in_its_own_thread_and_transaction(
    site: str, logged_in: str, trace: list[str], atomic_requests: None
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{KINDS}.plain_yields_nonsense")
        await seen(tab, "plain", "ada thread 1")  # nobody was left behind in the database
    thread = (await noted(trace, "began")).removeprefix("began in ")
    assert f"ended in {thread}, in a transaction: True" in trace


async def test_a_response_that_is_returned_has_what_was_set_on_the_other(
    site: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{KINDS}.redirects_with_a_cookie")
        await tab.receive_until(lambda tab: len(tab.scripts) > 1)
        assert "x-event-cookies" in tab.scripts[0]
        assert "/cart" in tab.scripts[1]


@pytest.mark.parametrize(
    "handler", [f"{KINDS}.returns_a_redirect_after_a_step", f"{PLAIN}.redirects"]
)
async def test_a_response_counts_whatever_returns_it(site: str, handler: str) -> None:
    async with connected(site) as tab:
        await tab.send(handler)
        await tab.receive_until(lambda tab: any("/cart" in script for script in tab.scripts))
