"""A Django project as ``startproject`` makes it, with one user, one session and two pages.

Importing this module configures Django for its process. The database is a SQLite file in WAL mode
in a folder that is gone when the process ends; nothing is in it before ``sign_in`` is called.
Processes that this one starts share it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test.utils import override_settings
from django.urls import path
from django.utils.deprecation import MiddlewareMixin

_folder = tempfile.TemporaryDirectory(prefix="benchmarks-", ignore_cleanup_errors=True)
DATABASE = os.environ.setdefault("BENCHMARKS_DATABASE", f"{_folder.name}/db.sqlite3")

DEFAULT_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# Persistent, so that opening a connection is not what is timed where threads are kept.
CONN_MAX_AGE = int(os.environ["CONN_MAX_AGE"]) if "CONN_MAX_AGE" in os.environ else None
SYNC_PAGE, ASYNC_PAGE = "/sync/", "/async/"
NOBODY, SOMEBODY = "nobody", "ada"

settings.configure(
    SECRET_KEY="of a database that is thrown away",
    ALLOWED_HOSTS=["127.0.0.1"],
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=DEFAULT_MIDDLEWARE,
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATABASE,
            "CONN_MAX_AGE": CONN_MAX_AGE,
            "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL"},
        }
    },
    USE_TZ=True,
    # A benchmark sends as fast as it can.
    REFLEX_DJANGO_SOCKET_MAX_RATE=100_000,
    REFLEX_DJANGO_SOCKET_MAX_BURST=100_000,
    REFLEX_DJANGO_SOCKET_MAX_QUEUED=100_000,
    REFLEX_DJANGO_SOCKET_MAX_NEW_VISITORS=100_000,
)
django.setup()


def answer(request: HttpRequest, user: Any) -> HttpResponse:
    """Say who is there, and how many middleware of the project's own have been passed."""
    name = user.get_username() if user is not None else ""
    return HttpResponse(f"{name or NOBODY} after {getattr(request, 'passed', 0)}")


def expected(visitor: str, passed: int = 0) -> str:
    return f"{visitor} after {passed}"


def sync_page(request: HttpRequest) -> HttpResponse:
    return answer(request, getattr(request, "user", None))


async def async_page(request: HttpRequest) -> HttpResponse:
    return answer(request, await request.auser() if hasattr(request, "auser") else None)


urlpatterns = [path(SYNC_PAGE[1:], sync_page), path(ASYNC_PAGE[1:], async_page)]


def mount() -> None:
    """Have the project a Reflex app, without which none is served."""
    # Only here, since it needs the settings above, and other benchmarks do without.
    from reflex_adapter.urls import reflex_mount  # noqa: PLC0415

    urlpatterns.append(reflex_mount(app_name="benchmarks"))


class Passing(MiddlewareMixin):
    """A middleware of the project's own, with both hooks that most have, and little to do."""

    def process_request(self, request: HttpRequest) -> None:
        request.passed = getattr(request, "passed", 0) + 1  # type: ignore[attr-defined]

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        return response


MANY = 30
OWN = [f"Passing{number}" for number in range(MANY - len(DEFAULT_MIDDLEWARE))]
globals().update({name: type(name, (Passing,), {}) for name in OWN})


def middleware_of(many: int) -> list[str]:
    """Return so many middleware: the default ones, and then the project's own."""
    own = [f"{__name__}.{name}" for name in OWN]
    return [*DEFAULT_MIDDLEWARE, *own][:many]


def own_middleware(many: int) -> list[str]:
    """Return those of so many middleware that are the project's own."""
    return middleware_of(many)[len(DEFAULT_MIDDLEWARE) :]


@contextmanager
def with_middleware(names: Sequence[str], declared: Sequence[str] = ()) -> Iterator[None]:
    """Have these in the settings while a handler is built; those ``declared`` do no I/O."""
    with override_settings(MIDDLEWARE=list(names), DJANGO_ADAPTER_NON_BLOCKING=list(declared)):
        yield


def sign_in() -> str:
    """Make the database with the user and a session, and return the session's cookie."""
    # Only here, since models need the settings above.
    from django.contrib.auth import (  # noqa: PLC0415
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
        get_user_model,
    )
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_user(SOMEBODY)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


HEADERS = {
    "host": "127.0.0.1",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-language": "en-US,en;q=0.5",
    "accept-encoding": "gzip, deflate, br, zstd",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": "none",
}
HANDSHAKE = {
    "origin": "http://127.0.0.1",
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-extensions": "permessage-deflate",
}


def scope_of(kind: str, asked: str, cookie: str = "") -> dict[str, Any]:
    """Return what hypercorn gives an application for a browser that asks for the path ``asked``."""
    headers = HEADERS | (HANDSHAKE if kind == "websocket" else {})
    headers |= {"cookie": cookie} if cookie else {}
    scope = {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http" if kind == "http" else "ws",
        "path": asked,
        "raw_path": asked.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 51234),
        "server": ("127.0.0.1", 8000),
        "state": {},
        "extensions": {},
    }
    return {**scope, "method": "GET"} if kind == "http" else {**scope, "subprotocols": []}
