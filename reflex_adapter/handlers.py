"""A handler as Reflex is to call it: plain functions in the event's thread, messages shown.

Only the copy that the processor hands to Reflex is wrapped; Python code that calls
``self.other_handler()`` meets the author's own function.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any

import reflex as rx
from asgiref.sync import sync_to_async
from django.http import HttpResponse
from reflex.event import Event

from reflex_adapter._reflex import EventContext, OnLoadInternalState, RegisteredEventHandler
from reflex_adapter.account import end_other_account
from reflex_adapter.bridge import Loader
from reflex_adapter.current import current_event
from reflex_adapter.messages import taken_messages
from reflex_adapter.mirrors import is_shown, preload
from reflex_adapter.refresh import refresh_mirrors
from reflex_adapter.state import AppState

END = object()
PAGE_LOADS = (rx.State, OnLoadInternalState)


def for_django(registered: RegisteredEventHandler) -> RegisteredEventHandler:
    """Return ``registered`` with its function made for the inside of a middleware chain."""
    function = registered.handler.fn
    state = registered.states[0]
    if issubclass(state, AppState):
        function = app_state_handler(function)
    elif state in PAGE_LOADS:
        function = page_load_handler(function)
    handler = dataclasses.replace(registered.handler, fn=function)
    return dataclasses.replace(registered, handler=handler)


def loader(registered: RegisteredEventHandler) -> Loader | None:
    """Return what is to be loaded with the user of an event, where it refreshes the mirrors."""
    state = registered.states[0]
    return preload if state in PAGE_LOADS or issubclass(state, AppState) else None


@functools.cache
def app_state_handler(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` as a coroutine function or, if it yields, an asynchronous generator."""

    @functools.wraps(function)
    async def handle(state: Any, **payload: Any) -> Any:
        await begin(state)
        result = await called(function, state, payload)
        await finish(state)
        return answered(result)

    @functools.wraps(function)
    async def generate(state: Any, **payload: Any) -> AsyncIterator[Any]:
        await begin(state)
        async for update in yielded(function(state, **payload)):
            await refresh_mirrors(state)
            yield update
        await finish(state)

    yields = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
    return generate if yields else handle


@functools.cache
def page_load_handler(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return one of Reflex's own functions, what belonged to another page or account forgotten."""

    @functools.wraps(function)
    async def handle(state: Any, **payload: Any) -> Any:
        await end_other_account(state)
        await forget_messages(state)
        await refresh_mirrors(state)
        result = function(state, **payload)
        return await result if inspect.isawaitable(result) else result

    return handle


async def begin(state: Any) -> None:
    """Make the state fit for the event: its account's own, without the messages of the last one."""
    if await end_other_account(state):
        # What the page shows was loaded for somebody else.
        await EventContext.get().enqueue(
            *Event.from_event_type(OnLoadInternalState.on_load_internal)
        )
    await forget_messages(state)
    await refresh_mirrors(state)


async def finish(state: Any) -> None:
    """Show what the handler changed; from now on the updates wait for the chain to end."""
    await show_messages(state)
    await refresh_mirrors(state)
    current_event().handler_ended()


def answered(result: Any) -> Any:
    """Give the chain a Django response that a handler returns; return what is left for Reflex."""
    if not isinstance(result, HttpResponse):
        return result
    event = current_event()
    event.response = result
    return None


async def called(function: Callable[..., Any], state: Any, payload: dict[str, Any]) -> Any:
    if inspect.iscoroutinefunction(function):
        return await function(state, **payload)
    return await sync_to_async(function, thread_sensitive=True)(state, **payload)


async def yielded(generator: Any) -> AsyncIterator[Any]:
    """Yield what ``generator`` yields; a plain one takes a hop for each step."""
    if inspect.isasyncgen(generator):
        async with aclosing(generator):  # its own finally runs now, also on cancellation
            async for update in generator:
                yield update
        return
    steps = yielded_and_returned(generator)
    step = sync_to_async(lambda: next(steps, END), thread_sensitive=True)
    while (update := await step()) is not END:
        yield update


def yielded_and_returned(generator: Any) -> Iterator[Any]:
    returned = yield from generator
    if returned is not None:
        yield returned


async def forget_messages(state: Any) -> None:
    """Clear the messages shown before, unless this event goes on from the one that brought them."""
    if EventContext.get().parent_txid is None:
        app_state = await state.get_state(AppState)
        if app_state.shown_messages:
            app_state.shown_messages = []


async def show_messages(state: Any) -> None:
    """Show what waits in Django's storage."""
    if is_shown("messages") and (taken := taken_messages(current_event().request)):
        app_state = await state.get_state(AppState)
        app_state.shown_messages = [*app_state.shown_messages, *taken]
