"""A handler as Reflex is to call it: plain functions in the event's thread, messages shown.

Only the copy that the processor hands to Reflex is wrapped; Python code that calls
``self.other_handler()`` meets the author's own function.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from http import HTTPStatus
from typing import Any, NamedTuple

import reflex as rx
from django.http import HttpResponse

from django_adapter.identity import Loader
from reflex_adapter._reflex import (
    RegisteredEventHandler,
    UpdateVarsInternalState,
)
from reflex_adapter.account import is_current, note_login, take_over
from reflex_adapter.background import TaskAccount, in_background
from reflex_adapter.browser_storage import without_old_account
from reflex_adapter.calling import (
    called,
    called_at_once,
    is_generator,
    with_function,
    yielded,
    yielded_at_once,
)
from reflex_adapter.current import current_event
from reflex_adapter.guarded_states import Guards, asking, guards_of_handler
from reflex_adapter.guards import guards_of_all_classes
from reflex_adapter.mirrors import preload
from reflex_adapter.page_loads import PAGE_LOADS, page_load_handler
from reflex_adapter.refresh import refresh_mirrors
from reflex_adapter.shown_messages import forget_messages, show_messages
from reflex_adapter.state import AppState

logger = logging.getLogger("reflex_adapter")


class Prepared(NamedTuple):
    """A handler for the inside of a middleware chain, and what is known of it beforehand."""

    registered: RegisteredEventHandler
    loads_page: bool  # one of the events of Reflex's own that fill a page
    loader: Loader | None  # what is to be loaded with the user: for mirrors, and of guards
    guards: Guards  # that are asked before it runs


_prepared: dict[tuple[Any, ...], Prepared] = {}


def for_django(registered: RegisteredEventHandler) -> Prepared:
    """Return ``registered`` made for the inside of a middleware chain, once for all its events."""
    key = registered.handler.fn, registered.states
    prepared = _prepared.get(key)
    if prepared is None:
        prepared = _prepared[key] = prepare(registered)
    return prepared


def prepare(registered: RegisteredEventHandler) -> Prepared:
    function, state = registered.handler.fn, registered.states[0]
    loads_page = state in PAGE_LOADS
    if issubclass(state, AppState):
        function = app_state_handler(function)
    elif loads_page:
        function = page_load_handler(function)
    else:
        function = plain_state_handler(function, stores=state is UpdateVarsInternalState)
    loader = preload if loads_page or issubclass(state, AppState) else None
    guards = guards_of_handler(registered.handler.fn, state)
    asked = guards_of_all_classes() if state is rx.State else guards  # it sends all states
    return Prepared(with_function(registered, function), loads_page, asking(asked, loader), guards)


def for_background(
    registered: RegisteredEventHandler, account: TaskAccount
) -> RegisteredEventHandler:
    """Return ``registered`` with its function made to run for ``account``, after a chain."""
    mirrored = issubclass(registered.states[0], AppState)
    start = functools.partial(begin, mirrored=mirrored)
    return with_function(registered, in_background(registered.handler.fn, account, start))


def app_state_handler(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the handler of an ``AppState``, called where it belongs."""
    return authors_handler(function, called, lambda it: yielded(it, function), mirrored=True)


def plain_state_handler(function: Callable[..., Any], *, stores: bool) -> Callable[..., Any]:
    """Return the handler of a state that is no ``AppState``, called as Reflex calls it.

    ``stores`` tells whether it is the one that takes vars from the browser's storage.
    """
    return authors_handler(function, called_at_once, yielded_at_once, stores=stores)


def authors_handler(
    function: Callable[..., Any],
    call: Callable[..., Awaitable[Any]],
    steps: Callable[[Any], AsyncGenerator[Any, None]],
    *,
    mirrored: bool = False,
    stores: bool = False,
) -> Callable[..., Any]:
    """Return ``function`` as a coroutine function; it returns a generator if ``function`` does.

    The state it finds is that of its account, and so is what it leaves, however it ends.
    """

    @functools.wraps(function)
    async def handle(state: Any, **payload: Any) -> Any:
        app_state, was_anothers = await begin(state, mirrored=mirrored)
        if was_anothers:
            state = await app_state.get_state(type(state))  # shared ones, the tab has left
            payload = without_old_account(payload) if stores else payload
        try:
            result = await call(function, state, **payload)
        except BaseException:
            note_login(app_state)
            raise
        if is_generator(result):
            return current_event().own(generate(app_state, result))
        await finish(app_state, result, mirrored=mirrored)
        return answered(result)

    async def generate(app_state: AppState, generator: Any) -> AsyncGenerator[Any, None]:
        try:
            async with aclosing(steps(generator)) as updates:
                async for update in updates:
                    await settle(app_state, update, mirrored=mirrored)
                    yield answered(update)
        except BaseException:
            note_login(app_state)
            raise
        await finish(app_state, mirrored=mirrored)

    return handle


async def begin(state: Any, *, mirrored: bool) -> tuple[AppState, bool]:
    """Make the tab's state fit for the event: its account's own, without the last one's messages.

    Returns the part of it that every ``AppState`` shares, and whether it was another account's.
    """
    app_state: AppState = await state.get_state(AppState)
    was_anothers = not is_current(app_state) and await take_over(app_state)
    if mirrored:
        forget_messages(app_state)
        await refresh_mirrors(app_state)
    return app_state, was_anothers


async def settle(app_state: AppState, update: Any, *, mirrored: bool) -> None:
    """Make the state fit to be sent with ``update``, whoever the handler has logged in or out."""
    if not is_current(app_state):
        await take_over(app_state, update)
    if mirrored:
        show_messages(app_state, update)
        await refresh_mirrors(app_state)


async def finish(app_state: AppState, update: Any = None, *, mirrored: bool) -> None:
    """Show what the handler changed; from now on the updates wait for the chain to end."""
    await settle(app_state, update, mirrored=mirrored)
    current_event().handler_ended()


def answered(result: Any) -> Any:
    """Give the chain a Django response that a handler returns; return what is left for Reflex.

    It gets the headers and cookies that were set on ``self.response``, but for those of its own.
    """
    if isinstance(result, list | tuple):
        return [left for each in result if (left := answered(each)) is not None]
    if not isinstance(result, HttpResponse):
        return result
    if result.status_code == HTTPStatus.OK and result.content:
        logger.warning("What a handler returns in an HttpResponse is shown by nothing")
    event = current_event()
    for name, value in event.response.headers.items():
        result.setdefault(name, value)
    for name, morsel in event.response.cookies.items():
        result.cookies.setdefault(name, morsel)
    event.response = result
    return None
