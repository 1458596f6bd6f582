"""What more than one test needs: the scopes a server would make, and somebody who is logged in.

Nothing here stands in for our code, Django's or Reflex's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.test import Client

Header = tuple[bytes, bytes]
ScopeFactory = Callable[..., dict[str, Any]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep in one of several processes the tests of a file, and all that build the shop.

    The shop is built in its one folder.
    """
    for item in items:
        together = "shop" if "e2e" in item.path.parts else str(item.path)
        item.add_marker(pytest.mark.xdist_group(together))


def _connection(path: str, headers: Iterable[Header], host: bytes) -> dict[str, Any]:
    return {
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", host), *headers],
        "client": ("192.0.2.7", 51234),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


@pytest.fixture(scope="session")
def http_scope() -> ScopeFactory:
    """Make the scope of an HTTP request; keywords replace what a server would put there."""

    def make(
        path: str = "/",
        headers: Iterable[Header] = (),
        *,
        host: bytes = b"testserver",
        **overrides: Any,
    ) -> dict[str, Any]:
        scope = {"type": "http", "method": "POST", "scheme": "http"}
        return {**scope, **_connection(path, headers, host), **overrides}

    return make


@pytest.fixture(scope="session")
def websocket_scope() -> ScopeFactory:
    """Make the scope of a WebSocket handshake, with the headers that only a handshake has."""

    def make(
        path: str = "/_event/",
        headers: Iterable[Header] = (),
        *,
        host: bytes = b"testserver",
        **overrides: Any,
    ) -> dict[str, Any]:
        handshake = [
            (b"connection", b"Upgrade"),
            (b"upgrade", b"websocket"),
            (b"sec-websocket-version", b"13"),
            (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ=="),
        ]
        scope = {"type": "websocket", "scheme": "ws", "subprotocols": []}
        return {**scope, **_connection(path, [*handshake, *headers], host), **overrides}

    return make


@pytest.fixture
def user(transactional_db: None) -> AbstractBaseUser:
    return get_user_model().objects.create_user("ada", password="secret")


@pytest.fixture
def login_cookie(user: AbstractBaseUser) -> Header:
    """The header by which a browser says that it is logged in as ``user``."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return b"cookie", f"{name}={client.cookies[name].value}".encode()
