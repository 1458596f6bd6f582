"""What a background task finds of a request that Django has finished: to be read, not written.

A session or a message changed now would be lost without a word; so changing one raises.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.contrib.messages.storage.base import BaseStorage, Message
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from reflex_adapter.current import NoCurrentRequest


def finished(request: HttpRequest) -> HttpRequest:
    """Return ``request``, its session and its messages now read-only."""
    if hasattr(request, "session"):
        request.session = FinishedSession(request.session)
    if hasattr(request, "_messages"):
        request._messages = FinishedMessages(request)  # as Django's MessageMiddleware sets it
    return request


def too_late(what: str) -> NoReturn:
    raise NoCurrentRequest(
        f"{what} cannot be changed in a background task: Django has already finished its request. "
        "Yield or return another event, and do it in that event's handler."
    )


class FinishedData(dict[str, Any]):
    """What was in the session: to be read."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        too_late("The session")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


class FinishedSession(SessionBase):
    """The session as it was when the task started."""

    def __init__(self, session: SessionBase) -> None:
        super().__init__(session.session_key)
        # A remembered session (django_adapter.auth_cache) is of no class that asks the store.
        self._store = getattr(session, "engine_class", type(session))
        self._session_cache = FinishedData(session.items())

    def stored(self, session_key: str | None) -> SessionBase:
        """Return the session of this key as the project's engine has it now, not yet loaded."""
        return self._store(session_key)

    @property
    def modified(self) -> bool:
        return False

    @modified.setter
    def modified(self, value: bool) -> None:
        if value:  # what SessionBase sets first or last of all when it is written to
            too_late("The session")

    def clear(self) -> NoReturn:
        too_late("The session")

    def create(self) -> NoReturn:
        too_late("The session")

    def save(self, must_create: bool = False) -> NoReturn:
        too_late("The session")

    def delete(self, session_key: str | None = None) -> NoReturn:
        too_late("The session")


class FinishedMessages(BaseStorage):
    """No messages: those that waited have gone to the page."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Message], bool]:
        return [], True

    def add(self, level: int, message: str, extra_tags: str | None = "") -> NoReturn:
        too_late("The messages")
