"""The events of one connection that are under way, and whether one of them changes its login.

A login that ends may have been ended by the tab's own event, whose browser has yet to be brought
the new cookies; or elsewhere, and then what the event still sends must not go out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest

from reflex_adapter.logins import Login, account_of


class EventsUnderWay:
    """Counts the events of a connection, and knows the request of the one whose handler runs."""

    def __init__(self) -> None:
        self.count = 0
        self._since = 0.0
        self._request: HttpRequest | None = None
        self._password: Any = None
        self._then: Callable[[], None] | None = None

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Say that an event is under way during the block."""
        if not self.count:
            self._since = time.monotonic()
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1
            if self._then is not None and not self.count:
                self._then()

    def once_none(self, do: Callable[[], None]) -> None:
        """Call ``do`` as soon as no event is under way."""
        self._then = do
        if not self.count:
            do()

    def handler_starts(self, request: HttpRequest) -> None:
        self._request, self._password = request, password_of(request)

    def handler_ends(self) -> None:
        self._request = self._password = None

    def may_change(self, login: Login | None, most: float) -> bool:
        """Tell whether one of them may be about to change the login, or has just done so.

        While a handler runs, its request says whether it has: by another session or user, or a new
        password, which the session is to follow. Before and after, they have so many seconds.
        """
        if not self.count or time.monotonic() - self._since > most:
            return False
        return self._request is None or self._has_changed(self._request, login)

    def _has_changed(self, request: HttpRequest, login: Login | None) -> bool:
        session = getattr(request, "session", None)
        if login is None or session is None or session.session_key != login.session_key:
            return True
        return account_of(request) != login.user_id or password_of(request) != self._password


def password_of(request: HttpRequest) -> Any:
    return getattr(getattr(request, "user", None), "password", None)
