"""Which hooks of Django's own middleware may be called in the event loop, and when.

Each entry was made by reading the hook, in Django 5.2 and 6.1: it does no I/O, or none under the
condition that stands beside it. A hook that is not here blocks. What is read from disk once in a
process (the catalogs of a language, the modules of a URLconf) does not count.

A class is recognised by its functions: a subclass is taken for it only if it defines none anew. A
condition answers whether this call may block; it never does I/O itself.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import LazyObject, empty
from django.utils.module_loading import import_string

Condition = Callable[..., bool]

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
    user = getattr(request, "user", None)
    if not isinstance(user, LazyObject) or user._wrapped is not empty:
        return False
    if vars(user)["_setupfunc"].__module__ != AuthenticationMiddleware.__module__:
        return True
    if hasattr(request, "_cached_user"):
        return False
    session = getattr(request, "session", None)
    if session is None or session_to_load(request):
        return True
    # Not session.get(): the session would count as accessed, and the response vary on cookies.
    return SESSION_KEY in getattr(session, "_session_cache", ())


def csrf_secret_to_load(request: HttpRequest) -> bool:
    return settings.CSRF_USE_SESSIONS and session_to_load(request)


def csrf_token_to_read(request: HttpRequest, view: Callable[..., Any], *arguments: object) -> bool:
    """Whether the view is guarded from this request, so that its body may be parsed for a token."""
    if request.method in SAFE_METHODS or getattr(view, "csrf_exempt", False):
        return False
    return not getattr(request, "_dont_enforce_csrf_checks", False)


def csrf_secret_to_save(request: HttpRequest, response: HttpResponseBase) -> bool:
    return bool(request.META.get("CSRF_COOKIE_NEEDS_UPDATE")) and csrf_secret_to_load(request)


def login_to_check(request: HttpRequest, view: Callable[..., Any], *arguments: object) -> bool:
    return getattr(view, "login_required", True) and user_to_load(request)


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


class asked_at_start:
    """A condition that only the settings decide, once, when a chain is compiled."""

    def __init__(self, holds: Callable[[], bool]) -> None:
        self.holds = holds


# None: never blocks.
KNOWN: dict[str, dict[str, Condition | asked_at_start | None]] = {
    "django.middleware.security.SecurityMiddleware": {
        "process_request": None,
        "process_response": None,
    },
    "django.contrib.sessions.middleware.SessionMiddleware": {
        "process_request": asked_at_start(foreign_session_engine),
        "process_response": session_to_save,
    },
    "django.middleware.common.CommonMiddleware": {
        "process_request": None,
        "process_response": None,
    },
    "django.middleware.csrf.CsrfViewMiddleware": {
        "process_request": csrf_secret_to_load,
        "process_view": csrf_token_to_read,
        "process_response": csrf_secret_to_save,
    },
    "django.contrib.auth.middleware.AuthenticationMiddleware": {
        "process_request": None,  # the user is lazy
    },
    "django.contrib.auth.middleware.LoginRequiredMiddleware": {
        "process_view": login_to_check,
    },
    "django.contrib.messages.middleware.MessageMiddleware": {
        "process_request": asked_at_start(foreign_message_storage),
        "process_response": messages_to_store,
    },
    "django.middleware.clickjacking.XFrameOptionsMiddleware": {
        "process_response": None,
    },
    "django.middleware.csp.ContentSecurityPolicyMiddleware": {
        "process_request": None,
        "process_response": None,
    },
    "django.middleware.locale.LocaleMiddleware": {
        "process_request": None,
        "process_response": None,
    },
    "django.middleware.gzip.GZipMiddleware": {
        "process_response": much_to_compress,
    },
    "django.middleware.http.ConditionalGetMiddleware": {
        "process_response": much_to_hash,
    },
    "django.middleware.common.BrokenLinkEmailsMiddleware": {
        "process_response": not_found,
    },
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware": {
        "process_response": not_found,
    },
    "django.contrib.redirects.middleware.RedirectFallbackMiddleware": {
        "process_response": not_found,
    },
}


def condition(middleware: object, hook: str, declared: bool) -> Condition | None:
    """Return when this hook of ``middleware`` may block, ``None`` if never.

    ``declared``: the project says that none of its hooks does.
    """
    if declared:
        return None
    for base in type(middleware).__mro__:
        known = KNOWN.get(f"{base.__module__}.{base.__qualname__}")
        if known is not None and hook in known and same_functions(type(middleware), base):
            blocks = known[hook]
            if isinstance(blocks, asked_at_start):
                return always if blocks.holds() else None
            return blocks
    return always


def same_functions(cls: type, base: type) -> bool:
    """Tell whether ``cls`` has the functions of ``base`` and no others before them."""
    before = cls.__mro__[: cls.__mro__.index(base)]
    return not any(is_function(value) for each in before for value in vars(each).values())


def is_function(value: object) -> bool:
    if isinstance(value, type):  # such as response_redirect_class
        return False
    return callable(value) or isinstance(value, property | classmethod | staticmethod)
