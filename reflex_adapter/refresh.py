"""Bring the mirrors of a tab up to date: before its handler runs, and after it.

A field is assigned only where its value has changed, so that nothing else is sent. Unless the
database must be asked for what no thread has loaded already, it costs no hop.
"""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import SynchronousOnlyOperation
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.crypto import salted_hmac
from django.utils.timezone import get_current_timezone_name

from reflex_adapter import mirrors
from reflex_adapter._reflex import is_read_by_cached_vars
from reflex_adapter.current import current_event
from reflex_adapter.kept import compute_anew, root_of
from reflex_adapter.logins import account_of
from reflex_adapter.mirrors import is_shown, language
from reflex_adapter.state import AppState


async def refresh_mirrors(app_state: AppState) -> None:
    """Assign what has changed of the mirrors since the last time."""
    event = current_event()
    request = event.request
    if is_shown("csrf_token"):
        refresh_csrf_token(app_state, request)
    refresh_session(app_state, request)
    values = await read(request)
    if event.locale is None:
        event.locale = language(), get_current_timezone_name()
    viewer = (account_of(request), *event.locale, values)
    if viewer != app_state._viewer:
        if app_state._viewer:  # else there is nothing yet that was computed for somebody
            await compute_anew(await root_of(app_state))
        app_state._viewer = viewer
        for name, value in values:
            assign(app_state, f"shown_{name}", value)


async def read(request: HttpRequest) -> tuple[tuple[str, Any], ...]:
    user = getattr(request, "user", None) or AnonymousUser()
    try:
        return mirrors.values(user)
    except SynchronousOnlyOperation:
        return await sync_to_async(mirrors.values, thread_sensitive=True)(user)


def assign(app_state: AppState, field: str, value: Any) -> None:
    if getattr(app_state, field) != value:
        setattr(app_state, field, value)


def refresh_csrf_token(app_state: AppState, request: HttpRequest) -> None:
    """Show a new token where the secret behind it is a new one; each has a mask of its own."""
    secret = request.META.get("CSRF_COOKIE")
    if secret is None or digest(secret) != app_state._csrf_secret:
        app_state.shown_csrf_token = get_token(request)
        app_state._csrf_secret = digest(request.META["CSRF_COOKIE"])


def refresh_session(app_state: AppState, request: HttpRequest) -> None:
    """Have cached vars that read the session be computed anew, if there are any and it changed."""
    if is_read_by_cached_vars(AppState, "_session_digest"):
        assign(app_state, "_session_digest", session_digest(getattr(request, "session", None)))


def session_digest(session: SessionBase | None) -> str:
    if session is None or session.is_empty():
        return ""
    # Not as its serializer has it: sessions in a cache may hold what that one refuses.
    return digest(repr(dict(session.items())))


def digest(secret: str) -> str:
    """Return what tells a secret from another in a state that is stored, and no more."""
    return salted_hmac("reflex_adapter.mirrors", secret, algorithm="sha256").hexdigest()
