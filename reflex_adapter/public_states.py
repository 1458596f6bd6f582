"""What of a tab's state a stranger gets under ``LoginRequiredMiddleware``: what is declared public.

A state class is declared public by Django's ``login_not_required``, each class for itself: one
that inherits from it may hold more. A page that is public lets Reflex's own events in, and those
would send everything; so what is sent is what counts, and not what the client says of its page.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import reflex as rx
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from reflex.event import Event

from reflex_adapter._reflex import (
    EventContext,
    FrontendEventExceptionState,
    OnLoadInternalState,
    RegisteredEventHandler,
    UpdateVarsInternalState,
)
from reflex_adapter.connection import Connection, path_and_query
from reflex_adapter.login_guard import LoginGuard
from reflex_adapter.mount import get_mount
from reflex_adapter.public_pages import is_public_page
from reflex_adapter.state import AppState
from reflex_adapter.updates import Delta, Updates

# The states whose events are Reflex's own, and no author's.
REFLEX_STATES = frozenset(
    {rx.State, OnLoadInternalState, UpdateVarsInternalState, FrontendEventExceptionState}
)


def is_public_state(state: type[Any]) -> bool:
    return vars(state).get("login_required") is False  # what login_not_required sets


def is_public_handler(registered: RegisteredEventHandler, page: str) -> bool:
    """Tell whether a stranger may run this on the page that is said to be at this URL."""
    state = registered.states[0]
    if state in REFLEX_STATES:
        mount_prefix = get_mount().mount_prefix.rstrip("/")
        return is_public_page(path_and_query(page)[0].removeprefix(mount_prefix))
    return is_public_state(state)


class Strangers:
    """What holds for one event if its visitor has no login; nothing where none is asked for."""

    def __init__(self, guard: LoginGuard | None, connection: Connection) -> None:
        self._guard = guard
        self._connection = connection

    def admitted(self, registered: RegisteredEventHandler, page: str) -> Callable[..., Any]:
        """Return what the middleware is to see as the view: everybody may have what is public."""
        function: Callable[..., Any] = registered.handler.fn
        public = self._guard is not None and is_public_handler(registered, page)
        return open_to_all(function) if public else function

    async def restrict(self, updates: Updates, request: HttpRequest) -> bool:
        """Have ``updates`` keep back what a stranger must not get; return whether this is one."""
        if self._guard is None or not await self._guard.refuses(request):
            return False
        updates.filters.append(functools.partial(self._shown, self._guard, request))
        return True

    async def _shown(self, guard: LoginGuard, request: HttpRequest, delta: Delta) -> Delta:
        if not await guard.refuses(request):  # the handler has logged in
            return delta
        shown = {name: values for name, values in delta.items() if name in public_names()}
        self._connection.withheld |= len(shown) < len(delta)
        return shown

    async def make_up(self, request: HttpRequest, context: EventContext) -> None:
        """Have the page loaded anew if it lacks something that its visitor may have by now."""
        if self._guard is None or not self._connection.withheld:
            return
        if not await self._guard.refuses(request):
            self._connection.withheld = False
            await context.enqueue(*Event.from_event_type(rx.State.hydrate_and_load))


@functools.cache
def open_to_all(function: Any) -> Any:
    """Return what looks like ``function`` to middleware, and as if it asked for no login."""

    view: Any = functools.update_wrapper(lambda: None, function)
    return login_not_required(view)


@functools.cache
def public_names() -> frozenset[str]:
    """Return the names of the states with nothing of others in them.

    Reflex's root holds the client's own address, and ``AppState`` who the visitor is.
    """
    public = [state for state in descendants(rx.State) if is_public_state(state)]
    always: list[type[Any]] = [rx.State, AppState]
    return frozenset(state.get_full_name() for state in always + public)


def descendants(state: type[Any]) -> Iterator[type[Any]]:
    for child in state.__subclasses__():
        yield child
        yield from descendants(child)
