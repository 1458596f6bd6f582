"""Which handlers clients may call: those of the app or, if a project says so, those it declares."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import reflex as rx
from django.test import override_settings
from reflex import event as declared

from reflex_adapter._reflex import registered_handler
from reflex_adapter.django_led_app import app
from reflex_adapter.exposed import ExposedHandlers, arguments_of, is_decorated
from reflex_adapter.in_band import Malformed
from tests.reflex_adapter.client import APP_STATE, PROBE, ROOT, close_code, connected, run
from tests.reflex_adapter.uploading import UPLOAD, seen, uploaded_by_tab

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

BARE = f"{PROBE}.undeclared"
OF_PAGES = [
    f"{ROOT}.hydrate",
    f"{ROOT}.hydrate_and_load",
    f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal",
    f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal",
    f"{ROOT}.reflex___state____frontend_event_exception_state.handle_frontend_exception",
]


@pytest.fixture
def only_decorated() -> Iterator[None]:
    before = app.exposed
    with override_settings(REFLEX_DJANGO_ONLY_DECORATED_HANDLERS=True):
        app.exposed = ExposedHandlers(functools.partial(registered_handler, app))
    yield
    app.exposed = before


async def test_a_function_without_the_decorator_is_a_handler(site: str) -> None:
    async with connected(site) as tab:
        await tab.call(BARE)
        assert tab.var(PROBE, "seen") == "undeclared"


async def test_it_is_none_where_only_decorated_ones_are(site: str, only_decorated: None) -> None:
    async with connected(site) as tab:
        for _ in range(4):
            await tab.send(BARE)
        await run(tab, "who")
        assert "undeclared" not in json.dumps(tab.updates)
        await tab.send(BARE)
        assert await close_code(tab) == 1008


@pytest.mark.parametrize("name", [f"{APP_STATE}.setvar", f"{PROBE}.setvar", f"{ROOT}.setvar"])
async def test_setvar_is_none_then(name: str, only_decorated: None) -> None:
    with pytest.raises(Malformed, match=r"without @rx\.event"):
        app.judge({"name": name})


@pytest.mark.parametrize("name", [*OF_PAGES, f"{PROBE}.who", f"{PROBE}.thread_in_background"])
async def test_what_pages_send_is_one_still(name: str, only_decorated: None) -> None:
    app.judge({"name": name})


async def test_setvar_sets_what_has_a_setter(site: str) -> None:
    async with connected(site) as tab:
        await tab.call(f"{PROBE}.setvar", var_name="seen", value="x")
        assert tab.var(PROBE, "seen") == "set to x"


@pytest.mark.parametrize("var_name", ["name", "", "x" * 100_000, 1, None])
async def test_nothing_else_can_be_set(var_name: Any) -> None:
    with pytest.raises(Malformed, match="a var that cannot be set"):
        app.judge({"name": f"{PROBE}.setvar", "payload": {"var_name": var_name, "value": 1}})


async def test_an_upload_calls_no_others(site: str, only_decorated: None) -> None:
    answer = await uploaded_by_tab(site, "undeclared")
    assert (answer.status_code, "without @rx.event" in answer.text) == (400, True)
    assert seen(await uploaded_by_tab(site, "keep")) == [": a.txt=3"]


@pytest.mark.parametrize(
    "arguments",
    ['{"other":1}', '{"token":NaN}', '{"token":"\\ud800"}', f'{{"token":{"[" * 70}{"]" * 70}}}'],
)
async def test_an_upload_says_no_more_than_an_event(site: str, arguments: str) -> None:
    data = {"__reflex_event_args": arguments}
    for handler in ("go_on_in_another_tab", "stream"):
        content = {"files": {"files": ("a.txt", b"abc")}, "data": data}
        answer = await uploaded_by_tab(site, handler, **content)
        assert answer.status_code == 400, answer.text
    assert f"{UPLOAD}.stream" in app._registration_context.event_handlers


def kept(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class Plain:
    """Functions as state classes have them."""

    @rx.event
    def one(self, a: int, *, b: str = "") -> None: ...

    @declared(background=True)
    async def two(self) -> None: ...

    @kept
    @rx.event(throttle=1)
    def three(self, a: int) -> None: ...

    @kept
    def four(self) -> None: ...

    def five(self, **kwargs: Any) -> None: ...

    # A comment that says @rx.event
    def six() -> None:  # type: ignore[misc]
        """No @rx.event."""


async def test_what_stands_above_a_function_is_what_counts() -> None:
    decorated = [name for name, it in vars(Plain).items() if callable(it) and is_decorated(it)]
    assert decorated == ["one", "two", "three"]


@pytest.mark.parametrize("unknown", [len, functools.partial(print), eval("lambda self: None")])
async def test_what_has_no_source_says_nothing(unknown: Any) -> None:
    assert not is_decorated(unknown)


async def test_arguments_are_those_that_a_call_may_name() -> None:
    names = [arguments_of(getattr(Plain, name)) for name in ("one", "two", "three", "five", "six")]
    assert names == [{"a", "b"}, set(), None, None, None]
