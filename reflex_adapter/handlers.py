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
from reflex_adapter.conf import mirror_messages
from reflex_adapter.current import current_event
from reflex_adapter.messages import taken_messages
from reflex_adapter.state import AppState

END = object()


def for_django(registered: RegisteredEventHandler) -> RegisteredEventHandler:
    """Return ``registered`` with its function made for the inside of a middleware chain."""
    function = registered.handler.fn
    state = registered.states[0]
    if issubclass(state, AppState):
        function = app_state_handler(function)
    elif state in (rx.State, OnLoadInternalState):
        function = page_load_handler(function)
    handler = dataclasses.replace(registered.handler, fn=function)
    return dataclasses.replace(registered, handler=handler)


@functools.cache
def app_state_handler(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` as a coroutine function or, if it yields, an asynchronous generator."""

    @functools.wraps(function)
    async def handle(state: Any, **payload: Any) -> Any:
        await begin(state)
        result = await called(function, state, payload)
        await show_messages(state)
        return answered(result)

    @functools.wraps(function)
    async def generate(state: Any, **payload: Any) -> AsyncIterator[Any]:
        await begin(state)
        async for update in yielded(function(state, **payload)):
            yield update
        await show_messages(state)

    yields = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
    return generate if yields else handle


@functools.cache
def page_load_handler(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return one of Reflex's own functions, what belonged to another page or account forgotten."""

    @functools.wraps(function)
    async def handle(state: Any, **payload: Any) -> Any:
        await end_other_account(state)
        await forget_messages(state)
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
    """Show what waits in Django's storage; from now on the updates wait for the chain to end."""
    event = current_event()
    if mirror_messages() and (taken := taken_messages(event.request)):
        app_state = await state.get_state(AppState)
        app_state.shown_messages = [*app_state.shown_messages, *taken]
    event.handler_ended()
