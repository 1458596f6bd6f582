"""The Django request of the event that is running, for whoever is called by its handler.

It lives in a context variable of the event's task and ends with the event: tasks that outlive it
find nothing, and nothing is ever stored on a state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse


class NoCurrentRequest(RuntimeError):
    """Something asked for the Django request where no event is running."""


@dataclass(eq=False)
class CurrentEvent:
    """One event as Django sees it: its request, and the response the chain will see."""

    request: HttpRequest
    response: HttpResponse = field(default_factory=HttpResponse)
    background: bool = False
    running: bool = True
    handler_ended: Callable[[], None] = field(default=lambda: None)  # told when it has returned


_current: ContextVar[CurrentEvent | None] = ContextVar("reflex_adapter.current", default=None)


@contextmanager
def bound(event: CurrentEvent) -> Iterator[None]:
    """Make ``event`` the current one of this task until the block ends."""
    token = _current.set(event)
    try:
        yield
    finally:
        event.running = False
        _current.reset(token)


def current_event() -> CurrentEvent:
    """Return the running event, or raise ``NoCurrentRequest``."""
    event = _current.get()
    if event is None or not event.running:
        raise NoCurrentRequest(
            "There is no Django request here: use self.request, self.user and the like in an event "
            "handler, in what it calls, or in a computed var, not in other tasks or at import."
        )
    return event


def foreground_event(what: str) -> CurrentEvent:
    """Return the running event, unless it is a background task, whose chain is already complete."""
    event = current_event()
    if event.background:
        raise NoCurrentRequest(
            f"{what} cannot be used in a background task: Django has already finished its request. "
            "Yield or return another event, and use it in that event's handler."
        )
    return event


def current_request() -> HttpRequest:
    """Return the Django request of the running event, or raise ``NoCurrentRequest``."""
    return current_event().request
