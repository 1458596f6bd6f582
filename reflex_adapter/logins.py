"""Who a request is from, by which login, and whether that login still stands.

This module asks the project's own session store and backends, and changes nothing in either:
Django's ``get_user()`` deletes a session that does not fit, or gives it a new key, and the browser
that has the cookie would be logged out, since nothing brings it the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest


@dataclass(frozen=True)
class Login:
    """A session in which ``django.contrib.auth`` has logged somebody in."""

    store: type[SessionBase]
    session_key: str
    user_id: str

    def __repr__(self) -> str:
        return f"<Login of {self.user_id}>"  # the key belongs in no log


class ReadOnlySession(SessionBase):
    """What is in a session at this moment; whatever is done to it stays here."""

    def __init__(self, session: SessionBase) -> None:
        super().__init__(session.session_key)
        self._session_cache = dict(session.items())

    def flush(self) -> None:
        self._session_cache = {}

    def cycle_key(self) -> None:
        pass


def account_of(request: HttpRequest) -> str:
    return account_key(getattr(request, "user", None))


def account_key(user: Any) -> str:
    """Return what accounts are told apart by; empty for nobody."""
    key = getattr(user, "pk", None)
    return "" if key is None else str(key)


def login_of(request: HttpRequest, former: Login | None = None) -> Login | None:
    """Return the login that an identified request was made under.

    ``None`` for nobody, and for who is known by other means than a session of Django's: whether
    they still are, their session would not tell. A ``former`` one stays while nobody looks into
    a remembered session (``django_adapter.auth_cache``), which would be copied for that.
    """
    session, user = getattr(request, "session", None), getattr(request, "user", None)
    if session is None or session.session_key is None or not getattr(user, "is_authenticated", 0):
        return None
    if former and not session.accessed and former.session_key == session.session_key:
        return former
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    if SESSION_KEY not in session or HASH_SESSION_KEY not in session:
        return None
    # A remembered session (django_adapter.auth_cache) is of no class that asks the store.
    store = getattr(session, "engine_class", type(session))
    return Login(store, session.session_key, session[SESSION_KEY])


def stands(login: Login) -> bool:
    """Ask the store and the backend whether this login still is one: I/O, for a thread."""
    request = HttpRequest()
    request.session = ReadOnlySession(login.store(login.session_key))
    same = request.session.get(SESSION_KEY) == login.user_id
    return same and get_user(request).is_authenticated


def still_standing(logins: list[Login]) -> list[Login]:
    return [login for login in logins if stands(login)]
