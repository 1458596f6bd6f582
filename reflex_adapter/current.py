"""The Django request of the event that is running, for whoever is called by its handler.

It lives in a context variable of the event's task and ends with the event: tasks that outlive it
find nothing, and nothing is ever stored on a state. Code that runs in one tab's event on behalf of
another tab finds what is bound for that other tab, or nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse

from reflex_adapter.nobody import nobodys_request

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


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
    token: str = ""  # of the tab whose event it is
    locale: tuple[str, str] | None = None  # language and time zone, as the middleware left them
    messages_shown: int = 0  # of those that wait in Django's storage
    replaces_messages: bool = False  # whether those of an event before go when these are shown
    outer: CurrentEvent | None = None  # what was bound before it, perhaps another tab's
    _generators: list[AsyncGenerator[Any, None]] = field(default_factory=list)

    def own(self, generator: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
        """Return ``generator``, which is closed with the event even if nobody reads it to its end.

        Else its ``finally`` and its transaction would end where and when it is garbage.
        """
        self._generators.append(generator)
        return generator

    async def close(self) -> None:
        """Close all generators of the event, whatever one of them raises."""
        if self._generators:
            async with AsyncExitStack() as stack:
                for generator in self._generators:
                    stack.push_async_callback(generator.aclose)


@dataclass(eq=False)
class Nobody(CurrentEvent):
    """What is bound where a tab's state is computed and there is no request of that tab."""

    request: HttpRequest = field(default_factory=nobodys_request)
    running: bool = False


_current: ContextVar[CurrentEvent | None] = ContextVar("reflex_adapter.current", default=None)


@contextmanager
def bound(event: CurrentEvent) -> Iterator[None]:
    """Make ``event`` the current one of this task until the block ends."""
    event.outer = _current.get()
    token = _current.set(event)
    try:
        yield
    finally:
        event.running = False
        _current.reset(token)


def event_of_tab(token: str) -> CurrentEvent | None:
    """Return what was bound last for this tab, perhaps ended by now; ``None`` if nothing was."""
    event = _current.get()
    while event is not None and event.token != token:
        event = event.outer
    return event


def current_event(token: str | None = None) -> CurrentEvent:
    """Return the running event, by default of any tab, or raise ``NoCurrentRequest``."""
    return running(_current.get() if token is None else event_of_tab(token))


def readable(event: CurrentEvent | None) -> CurrentEvent:
    """Return ``event``, or raise ``NoCurrentRequest`` if it has ended and is not nobody's."""
    return event if isinstance(event, Nobody) else running(event)


def running(event: CurrentEvent | None) -> CurrentEvent:
    """Return ``event``, or raise ``NoCurrentRequest`` if it has ended."""
    if event is None or not event.running:
        raise NoCurrentRequest(
            "There is no Django request here: use self.request, self.user and the like in an event "
            "handler, in what it calls, or in a computed var, not in other tasks or at import."
        )
    return event


def foreground_event(what: str, token: str | None = None) -> CurrentEvent:
    """Return the running event, unless it is a background task, whose chain is already complete."""
    event = current_event(token)
    if event.background:
        raise NoCurrentRequest(
            f"{what} cannot be used in a background task: Django has already finished its request. "
            "Yield or return another event, and use it in that event's handler."
        )
    return event


def current_request() -> HttpRequest:
    """Return the Django request of the running event, or raise ``NoCurrentRequest``.

    Inside ``app.modify_state()`` it is that of the tab that is modified, as for its vars; nobody's
    if no visitor of it is known.
    """
    return readable(_current.get()).request


def current_user() -> AbstractBaseUser | AnonymousUser:
    """Return the user of the running event; nobody where this code runs for no event.

    Inside ``app.modify_state()`` it is that of the tab that is modified, not who modifies it.
    In a task that has outlived its event it raises ``NoCurrentRequest``.
    """
    return readable(_current.get() or Nobody()).request.user
