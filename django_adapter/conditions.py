"""When a hook of Django's own middleware may block; none of these does any I/O itself."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import LazyObject, empty
from django.utils.module_loading import import_string

AUTHENTICATION = "django.contrib.auth.middleware"  # not imported, since that loads models
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
SMALL = 2**14  # bytes that are hashed or compressed in less time than a hop takes


def always(*arguments: object) -> bool:
    return True


def foreign_session_engine() -> bool:
    """A store that is not Django's own may do in ``__init__`` what it likes."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    return not str(store.__init__.__module__).startswith("django.contrib.sessions.")


def session_to_save(request: HttpRequest, response: HttpResponseBase) -> bool:
    session = getattr(request, "session", None)
    if session is None:
        return False
    save = session.modified or settings.SESSION_SAVE_EVERY_REQUEST
    return bool(save and not session.is_empty())


def session_to_load(request: HttpRequest) -> bool:
    """Whether the next look into the session asks its store: one without a key has none."""
    session = getattr(request, "session", None)
    if session is None or hasattr(session, "_session_cache"):
        return False
    return session.session_key is not None


def user_to_load(request: HttpRequest) -> bool:
    """Whether the next look at ``request.user`` asks the session's store or an auth backend.

    Middleware may have put a lazy user of its own there, of which only that middleware knows.
    """
    if unevaluated_user(request) is None:
        return False
    if not session_user_to_load(request):
        return True
    if hasattr(request, "_cached_user"):
        return False
    session = getattr(request, "session", None)
    if session is None or session_to_load(request):
        return True
    # Not session.get(): the session would count as accessed, and the response vary on cookies.
    return SESSION_KEY in getattr(session, "_session_cache", ())


def session_user_to_load(request: HttpRequest) -> bool:
    """Whether ``request.user`` is the one that Django's own middleware finds when it is asked."""
    user = unevaluated_user(request)
    return user is not None and vars(user)["_setupfunc"].__module__ == AUTHENTICATION


def unevaluated_user(request: HttpRequest) -> LazyObject[Any] | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, LazyObject) and user._wrapped is empty else None


def csrf_secret_to_load(request: HttpRequest) -> bool:
    return settings.CSRF_USE_SESSIONS and session_to_load(request)


def csrf_token_to_read(request: HttpRequest, view: Callable[..., Any], *arguments: object) -> bool:
    """Whether the view is guarded from this request, so that its body may be parsed for a token."""
    if request.method in SAFE_METHODS or getattr(view, "csrf_exempt", False):
        return False
    return not getattr(request, "_dont_enforce_csrf_checks", False)


def csrf_secret_to_save(request: HttpRequest, response: HttpResponseBase) -> bool:
    return bool(request.META.get("CSRF_COOKIE_NEEDS_UPDATE")) and csrf_secret_to_load(request)


def login_to_check(request: HttpRequest, *arguments: object) -> bool:
    """Django 5.2 looks at the user before it asks whether the view requires one."""
    return user_to_load(request)


def foreign_message_storage() -> bool:
    storage = import_string(settings.MESSAGE_STORAGE)
    return not str(storage.__init__.__module__).startswith("django.contrib.messages.")


def messages_to_store(request: HttpRequest, response: HttpResponseBase) -> bool:
    messages = getattr(request, "_messages", None)
    return messages is not None and bool(messages.used or messages.added_new)


def much_to_compress(request: HttpRequest, response: HttpResponseBase) -> bool:
    return response.streaming or len(response.content) > SMALL  # type: ignore[attr-defined]


def much_to_hash(request: HttpRequest, response: HttpResponseBase) -> bool:
    return request.method == "GET" and much_to_compress(request, response)


def not_found(request: HttpRequest, response: HttpResponseBase) -> bool:
    return response.status_code == 404
