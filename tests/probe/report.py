"""What a view can read of a request, each thing by name, so that two requests can be compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, get_user
from django.contrib.messages import get_messages
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi, gettext
from django.utils.translation import get_language_from_request as language_asked_for

Read = Callable[[HttpRequest], Any]

READS: dict[str, Read] = {
    "META": lambda request: {**request.META},  # first: asking for a token changes it
    # Where to.
    "scheme": lambda request: request.scheme,
    "is_secure": lambda request: request.is_secure(),
    "get_host": lambda request: request.get_host(),
    "get_port": lambda request: request.get_port(),
    "site": lambda request: get_current_site(request).domain,
    "path": lambda request: request.path,
    "path_info": lambda request: request.path_info,
    "script_name": lambda request: request.META["SCRIPT_NAME"],
    "get_full_path": lambda request: request.get_full_path(),
    "get_full_path_info": lambda request: request.get_full_path_info(),
    "build_absolute_uri": lambda request: request.build_absolute_uri(),
    "build_absolute_uri of another": lambda request: request.build_absolute_uri("../x?y=1"),
    "reverse": lambda request: reverse("admin:index"),
    "resolver_match": lambda request: request.resolver_match,
    "url_name": lambda request: request.resolver_match and request.resolver_match.url_name,
    "kwargs": lambda request: request.resolver_match and request.resolver_match.kwargs,
    "urlconf": lambda request: getattr(request, "urlconf", None),
    # With what.
    "GET": lambda request: [*request.GET.lists()],
    "GET of one": lambda request: request.GET["a"],
    "GET encoded": lambda request: request.GET.urlencode(),
    "POST": lambda request: [*request.POST.lists()],
    "FILES": lambda request: [*request.FILES.lists()],
    "body": lambda request: request.body,
    "encoding": lambda request: request.encoding,
    "content_type": lambda request: request.content_type,
    "content_params": lambda request: request.content_params,
    "COOKIES": lambda request: request.COOKIES,
    "get_signed_cookie": lambda request: request.get_signed_cookie("signed", salt="pepper"),
    "headers": lambda request: {**request.headers},
    "a header": lambda request: request.headers["x-first"],
    "accepts": lambda request: [request.accepts(kind) for kind in ("text/html", "image/png")],
    "accepted_types": lambda request: [str(kind) for kind in request.accepted_types],
    "REMOTE_ADDR": lambda request: request.META["REMOTE_ADDR"],
    "SERVER_NAME": lambda request: request.META["SERVER_NAME"],
    "SERVER_PORT": lambda request: request.META["SERVER_PORT"],
    # From whom.
    "user": lambda request: request.user.pk,
    "username": lambda request: request.user.get_username(),
    "is_authenticated": lambda request: request.user.is_authenticated,
    "is_superuser": lambda request: request.user.is_superuser,
    "session_key": lambda request: request.session.session_key,
    "session": lambda request: sorted(request.session.items()),
    "session expiry": lambda request: request.session.get_expiry_age(),
    "until browser close": lambda request: request.session.get_expire_at_browser_close(),
    "auth backend": lambda request: request.session.get(BACKEND_SESSION_KEY),
    "csrf cookie": lambda request: request.COOKIES.get(settings.CSRF_COOKIE_NAME),
    "csrf token": lambda request: len(get_token(request)),
    "messages": lambda request: [(m.level, m.message, m.tags) for m in get_messages(request)],
    "language": lambda request: get_language(),
    "language_bidi": lambda request: get_language_bidi(),
    "LANGUAGE_CODE": lambda request: request.LANGUAGE_CODE,  # type: ignore[attr-defined]
    "language asked for": language_asked_for,
    "gettext": lambda request: gettext("January"),
}

# These ask the database, which an async function may not do like this.
READS_OF_THE_DATABASE: dict[str, Read] = {
    "get_user": lambda request: get_user(request).pk,
    "has_perm": lambda request: request.user.has_perm("shop.change_product"),
    "permissions": lambda request: sorted(request.user.get_all_permissions()),
    "groups": lambda request: [group.name for group in request.user.groups.all()],
}

# What differs for a reason: the event has a method of its own and no body, and neither the TCP
# connection nor what a handshake says about it are part of a request.
EXCEPTIONS = {"REQUEST_METHOD", "REMOTE_PORT", "HTTP_CONNECTION", "CONTENT_TYPE", "CONTENT_LENGTH"}


def report(request: HttpRequest, reads: dict[str, Read]) -> dict[str, str]:
    """Return what each of ``reads`` finds, or the name of the exception it raises."""
    return {name: found(read, request) for name, read in reads.items()}


def found(read: Read, request: HttpRequest) -> str:
    try:
        value = read(request)
    except Exception as error:  # noqa: BLE001 - it is what is to be compared
        return type(error).__name__
    if isinstance(value, dict):
        value = sorted((key, it) for key, it in value.items() if not is_exception(key))
    return repr(value)


def is_exception(name: str) -> bool:
    meta = name.upper().replace("-", "_")
    return bool({meta, f"HTTP_{meta}"} & EXCEPTIONS)
