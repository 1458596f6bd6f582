"""``AppState``: the base class of states whose handlers need Django.

What a handler reads here lives on the event, not on the state: a state is pickled and outlives
the request. The accessors stand on a class that is no state, because every public function in
the body of a state class can be called by clients.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token

from reflex_adapter._reflex import event_runs
from reflex_adapter.current import NoCurrentRequest, current_request, foreground_event
from reflex_adapter.messages import EventMessages


class Messages:
    """``self.messages`` is the event's; ``AppState.messages`` is what a component shows."""

    def __get__(self, state: Any, owner: type[Any]) -> Any:
        if state is None:
            return owner.shown_messages
        return EventMessages(foreground_event("self.messages").request)

    def __set__(self, state: Any, value: Any) -> None:
        raise AttributeError("Not self.messages = ...; add to it: self.messages.success(...)")


class RequestAccess:
    """What a Django view finds on its request, on ``self``. Outside an event each raises."""

    @property
    def request(self) -> HttpRequest:
        """The ``HttpRequest`` of this event, as the middleware chain left it."""
        # Read for Reflex, which finds what a cached @rx.var depends on by reading its code.
        self._account  # type: ignore[attr-defined]  # noqa: B018
        return current_request()

    @property
    def user(self) -> AbstractBaseUser | AnonymousUser:
        """``request.user``, loaded before the handler started.

        Nobody where Reflex evaluates a computed var for no event, as it does for a build.
        """
        self._account  # type: ignore[attr-defined]  # noqa: B018 - as in request
        try:
            return current_request().user
        except NoCurrentRequest:
            if event_runs():
                raise
            return AnonymousUser()

    @property
    def session(self) -> SessionBase:
        """``request.session``, loaded before the handler started and saved after it ended.

        In a background task a copy to read: Django has saved the session already.
        """
        return current_request().session

    @property
    def response(self) -> HttpResponse:
        """The response that the middleware sees; headers and cookies set on it count."""
        return foreground_event("self.response").response

    @property
    def csrf_token(self) -> str:
        """A token that Django's views accept in a form or an ``X-CSRFToken`` header."""
        return get_token(foreground_event("self.csrf_token").request)

    messages = Messages()


class AppState(RequestAccess, rx.State):
    """Inherit from it as from ``rx.State``; every handler runs as a view of your Django project.

    A plain ``def`` handler runs in the thread of its event, so that the ORM works in it.
    """

    # Whose state it is: the primary key of the user, empty for nobody; see `account.py`.
    _account: str | None = None

    # Django's messages as they arrived, for components: use it as `AppState.messages`.
    shown_messages: list[dict[str, Any]] = []
