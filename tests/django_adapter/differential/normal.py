"""Visitors with their sessions, and responses without what chance put there.

A session's key, a CSRF token and messages are signed with the time or made of random bytes. What
they stand for is compared instead: the data of the session, the text of the messages.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends import file, signed_cookies
from django.http import HttpRequest
from django.utils.asyncio import async_unsafe

SIGNED = "django.contrib.sessions.backends.signed_cookies"
FILES = f"{__package__}.file_sessions"
STORES = {SIGNED: signed_cookies.SessionStore, FILES: file.SessionStore}
TOKEN = "t" * 32
OF_THE_BODY = {"Content-Length", "ETag"}


class Backend:
    """Knows one user, without a database, but is as strict about where it is asked."""

    @async_unsafe
    def get_user(self, pk: int) -> User | None:
        return ada() if pk == 7 else None


def ada() -> User:
    return User(pk=7, username="ada", password="not-usable")


@dataclass(frozen=True)
class Visitor:
    """Who asks: with which kind of session, and logged in or not."""

    engine: str = SIGNED
    session: str = "none"
    token: bool = False

    def headers(self) -> dict[str, str]:
        cookies = [f"csrftoken={TOKEN}"] if self.token else []
        if self.session != "none":
            cookies.append(f"sessionid={self.key()}")
        return {"cookie": "; ".join(cookies)} if cookies else {}

    def key(self) -> str:
        """Return the key of a new session, or one of no session at all."""
        if self.session == "unknown":
            return "x" * 32
        store = STORES[self.engine]()
        store.update({"seen": 1} | (login() if self.session == "user" else {}))
        store.save()
        return str(store.session_key)


def login() -> dict[str, Any]:
    path, hashed = f"{__name__}.Backend", ada().get_session_auth_hash()
    return {SESSION_KEY: "7", BACKEND_SESSION_KEY: path, HASH_SESSION_KEY: hashed}


def normal_error(error: BaseException) -> tuple[str, str]:
    return type(error).__name__, normal_text(str(error))


def normal_text(text: str) -> str:
    """The runner's requests are Django's but for the name of their class."""
    return text.replace("SyntheticRequest", "ASGIRequest")


def normal_response(
    asked: Any, status: int, headers: list[tuple[str, str]], body: bytes
) -> tuple[int, list[tuple[str, Any]], Any]:
    if ("Content-Encoding", "gzip") in headers:
        body = gzip.decompress(body)
    if technical := asked.debug and status >= 400:
        body = essence(body)
    sent = [header for header in headers if not technical or header[0] not in OF_THE_BODY]
    return status, [normal_header(asked, *header) for header in sent], body


def essence(body: bytes) -> bytes:
    """What a technical page says before it says where in the code that was."""
    text = normal_text(body.decode())
    return (text.split("\n\n")[0] if " at /" in text[:300] else text[:300]).encode()


def normal_header(asked: Any, name: str, value: str) -> tuple[str, Any]:
    if name != "Set-Cookie":
        return name, value
    ((key, morsel),) = SimpleCookie(value).items()
    attributes = sorted((name, value) for name, value in morsel.items() if value)
    return name, (key, normal_cookie(asked, key, morsel.value), attributes)


def normal_cookie(asked: Any, name: str, value: str) -> Any:
    if name == "sessionid" and value:
        data = STORES[asked.visitor.engine](value).load()
        return sorted((data | {"_csrftoken": len(data.get("_csrftoken", ""))}).items())
    if name == "messages" and value:
        return [str(each) for each in CookieStorage(HttpRequest())._decode(value) or []]
    return len(value) if name == "csrftoken" else value
