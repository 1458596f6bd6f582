"""A host is served if Django would serve it."""

from __future__ import annotations

import pytest

from django_adapter import HostGuard
from tests.conftest import ScopeFactory
from tests.django_adapter.asgi import Inner, first_message


@pytest.mark.parametrize("path", ["/_event/", "", "*"])
@pytest.mark.parametrize(
    ("host", "served"),
    [(b"testserver", True), (b"testserver:1", True), (b"evil.com", False), (b"a b", False)],
)
async def test_a_host_that_is_not_allowed_is_answered_400(
    http_scope: ScopeFactory, websocket_scope: ScopeFactory, path: str, host: bytes, served: bool
) -> None:
    denial = {"websocket.http.response": {}}
    plain = http_scope(path, host=host)
    assert (await first_message(HostGuard(Inner()), plain))["status"] == (200 if served else 400)

    deniable = await first_message(
        HostGuard(Inner()), websocket_scope(path, host=host, extensions=denial)
    )
    bare = await first_message(HostGuard(Inner()), websocket_scope(path, host=host))
    if served:
        assert deniable == bare == {"type": "websocket.accept"}
    else:
        assert (deniable["type"], deniable["status"]) == ("websocket.http.response.start", 400)
        assert bare == {"type": "websocket.close", "code": 1008}
