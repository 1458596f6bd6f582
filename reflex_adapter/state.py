"""``AppState``: the base class of states whose handlers need Django.

What a handler reads here lives on the event, not on the state: a state is pickled and outlives
the request. The accessors stand on a class that is no state, because every public function in
the body of a state class can be called by clients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import reflex as rx
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language_bidi

from reflex_adapter import mirrors
from reflex_adapter._reflex import OfTab
from reflex_adapter.current import event_of_tab, foreground_event, readable
from reflex_adapter.kept import keeps as keeps
from reflex_adapter.lazy_text import in_language_of_the_moment
from reflex_adapter.messages import EventMessages
from reflex_adapter.mirrors import Mirror

T = TypeVar("T")

rx.serializer(in_language_of_the_moment)  # else lazy text in a var would be null

REQUEST_NAMES = frozenset({"request", "user", "session", "response", "csrf_token"})


def of_user(value: Callable[[Any], T]) -> Mirror[T]:
    def get(self: Any) -> T:
        return value(self.user)

    return Mirror(get)


def of_language(value: Callable[[], T]) -> Mirror[T]:
    def get(self: Any) -> T:
        self._viewer  # noqa: B018 - as in RequestAccess.request
        return value()

    return Mirror(get)


def csrf_token(self: Any) -> str:
    """A token that Django's views accept in a form or an ``X-CSRFToken`` header."""
    return get_token(foreground_event("self.csrf_token", self._tab).request)


def event_messages(self: Any) -> EventMessages:
    return EventMessages(foreground_event("self.messages", self._tab).request)


def refuse_messages(state: Any, value: Any) -> None:
    raise AttributeError("Not self.messages = ...; add to it: self.messages.success(...)")


class RequestAccess(OfTab):
    """What a Django view finds on its request, on ``self``. Outside an event each raises.

    The event is that of the tab the state belongs to, whichever tab's event this code runs in.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Raise ``TypeError`` for a var that would take the place of who is asking."""
        taken = REQUEST_NAMES & {*vars(cls), *vars(cls).get("__annotations__", ())}
        if taken and cls.__module__ != __name__:
            raise TypeError(
                f"{cls.__name__}.{min(taken)}: the name is that of an accessor of AppState, which "
                "handlers would no longer find; choose another one."
            )
        super().__init_subclass__(**options)

    @property
    def request(self) -> HttpRequest:
        """The ``HttpRequest`` of this event, as the middleware chain left it.

        Nobody's, its session empty, where Reflex computes a var for no visitor, as for a build.
        """
        # Read for Reflex, which finds what a cached @rx.var depends on by reading its code.
        self._viewer, self._session_digest  # type: ignore[attr-defined]  # noqa: B018
        return readable(event_of_tab(self._tab)).request

    @property
    def user(self) -> AbstractBaseUser | AnonymousUser:
        """``request.user``, loaded before the handler started.

        Nobody where Reflex evaluates a computed var for no event, as it does for a build.
        """
        self._viewer  # type: ignore[attr-defined]  # noqa: B018 - as in request
        event = event_of_tab(self._tab)
        return AnonymousUser() if event is None else readable(event).request.user

    @property
    def session(self) -> SessionBase:
        """``request.session``, loaded before the handler started and saved after it ended.

        In a background task a copy to read: Django has saved the session already.
        """
        self._session_digest  # type: ignore[attr-defined]  # noqa: B018 - as in request
        return readable(event_of_tab(self._tab)).request.session

    @property
    def response(self) -> HttpResponse:
        """The response that the middleware sees; headers and cookies set on it count."""
        return foreground_event("self.response", self._tab).response

    csrf_token = Mirror[str](csrf_token)
    messages = Mirror[EventMessages](event_messages, refuse_messages)
    is_authenticated = of_user(mirrors.is_authenticated)
    username = of_user(mirrors.username)
    email = of_user(mirrors.email)
    is_staff = of_user(mirrors.is_staff)
    is_superuser = of_user(mirrors.is_superuser)
    perms = of_user(mirrors.perms)
    language = of_language(mirrors.language)
    language_bidi = of_language(get_language_bidi)


class AppState(RequestAccess, rx.State):
    """Inherit from it as from ``rx.State``; every handler runs as a view of your Django project.

    A plain ``def`` handler runs in the thread of its event, so that the ORM works in it.
    """

    # Whose state it is: the primary key of the user, empty for nobody; see `account.py`.
    _account: str | None = None

    # Whose it was, if it was reset because that login had ended.
    _left: str = ""

    # Who looks at it, in which language and time zone, and what mirrors said: see `refresh.py`.
    # Vars that read the request depend on it; when it changes, all are computed anew.
    _viewer: tuple[Any, ...] = ()

    # What the session held, as a digest, if a cached var reads it, which depends on this: see
    # `refresh.py`.
    _session_digest: str = ""

    # What the CSRF token that is shown was made from, as a digest; see `refresh.py`.
    _csrf_secret: str = ""

    # When the event came that brought the last of `shown_messages`, and when that was shown, in
    # seconds of `time.time()`; see `shown_messages.py`.
    _messages_since: tuple[float, float] = (0.0, 0.0)

    # What mirrors show: use them as `AppState.messages`, `AppState.username` and so on.
    shown_messages: list[dict[str, Any]] = []
    shown_is_authenticated: bool = False
    shown_username: str = ""
    shown_email: str = ""
    shown_is_staff: bool = False
    shown_is_superuser: bool = False
    shown_perms: list[str] = []
    shown_language: str = ""
    shown_language_bidi: bool = False
    shown_csrf_token: str = ""
