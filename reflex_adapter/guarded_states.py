"""What of a tab's state its visitor gets: nothing of a state class whose guards turn them away.

It is asked when a delta is sent, of who the user is by then. What was kept back is sent once its
guards let the visitor pass: after a login, or when they have been asked again for another reason.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import reflex as rx
from django.http import HttpRequest
from reflex.event import Event

from django_adapter.identity import Loader
from reflex_adapter._reflex import EventContext
from reflex_adapter.bridge import Outcome
from reflex_adapter.connection import Connection
from reflex_adapter.current import CurrentEvent
from reflex_adapter.guards import (
    Guard,
    Verdict,
    ask_all,
    guards_of_class,
    guards_on,
    is_any_class_guarded,
    known_verdict,
    let_in,
    turned_away,
)
from reflex_adapter.logins import account_of
from reflex_adapter.public_states import descendants
from reflex_adapter.updates import Delta, Updates

Guards = tuple[Guard, ...]


@functools.cache
def guards_of_handler(function: Callable[..., Any], state: type[Any]) -> Guards:
    """Return what guards a handler: what guards its state class, and itself."""
    return (*guards_of_class(state), *guards_on(function))


def asking(guards: Guards, also: Loader | None) -> Loader | None:
    """Return what asks ``guards`` where the user is loaded, after ``also``."""
    if not guards:
        return also

    def load(request: HttpRequest) -> None:
        if also is not None:
            also(request)
        ask_all(guards, request)

    return load


async def refused(guards: Guards, event: CurrentEvent) -> bool:
    """Tell whether the event's visitor is sent to the login page, and do so.

    Raises ``PermissionDenied`` for who is not allowed.
    """
    answer = await turned_away(guards, event.request) if guards else None
    if answer is not None:
        event.response = answer
    return answer is not None


@functools.cache
def guards_of_name(name: str) -> Guards:
    """Return the guards of the state class that has this name in a delta."""
    found = (state for state in descendants(rx.State) if state.get_full_name() == name)
    return tuple(guard for state in found for guard in guards_of_class(state))


async def shown_to(request: HttpRequest, connection: Connection | None, delta: Delta) -> Delta:
    """Return what the request's user may have of ``delta``; have ``connection`` note the rest."""
    shown, out = {}, set()
    for name, values in delta.items():
        guards = guards_of_name(name)
        if not guards or await may_have(guards, request, connection):
            shown[name] = values
        else:
            out.add(guards)
    if out and connection is not None:
        connection.kept_back |= out
        connection.kept_back_from = account_of(request)
    return shown


async def may_have(guards: Guards, request: HttpRequest, connection: Connection | None) -> bool:
    """Ask ``guards``, unless what they guard is kept back from this very account already.

    They would be asked on every event where such a state has a var that is computed anew each time.
    """
    if (
        connection is not None
        and guards in connection.kept_back
        and connection.kept_back_from == account_of(request)
    ):
        return all(passes(guard, request) for guard in guards)
    return await let_in(guards, request)


class GuardedStates:
    """What one event may send of the states that are guarded; nothing to do where none is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def restrict(self, updates: Updates, request: HttpRequest) -> None:
        """Have ``updates`` keep back what the user of ``request`` must not get."""
        if is_any_class_guarded():
            updates.filters.append(functools.partial(self._shown, request))

    async def _shown(self, request: HttpRequest, delta: Delta) -> Delta:
        return await shown_to(request, self._connection, delta)

    async def make_up(self, outcome: Outcome, context: EventContext) -> None:
        """Have the page loaded anew if it lacks something that its visitor may have by now."""
        kept_back, request = self._connection.kept_back, outcome.request
        if not kept_back or not outcome.completed:  # then nobody has loaded the user
            return
        if account_of(request) == self._connection.kept_back_from:
            open_now = any(all(passes(it, request) for it in guards) for guards in kept_back)
        else:
            open_now = any([await let_in(guards, request) for guards in kept_back])
            self._connection.kept_back_from = account_of(request)
        if open_now:
            kept_back.clear()
            await context.enqueue(*Event.from_event_type(rx.State.hydrate_and_load))


def passes(guard: Guard, request: HttpRequest) -> bool:
    """Tell whether the user is known to pass, for no more than is known already."""
    return known_verdict(guard, request) is Verdict.PASSES
