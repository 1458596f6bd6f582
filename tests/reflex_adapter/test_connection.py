"""The cookies of a socket: those of its handshake, under what its events have set since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse

from django_adapter import synthetic_request
from reflex_adapter.connection import Connection
from tests.reflex_adapter.client import PROBE, connected

Change = Callable[[HttpResponse], Any]


async def nowhere(message: Any) -> None:
    raise AssertionError(f"sent {message}")


def connection(scope: Any, *cookies: bytes, send: Any = nowhere) -> Connection:
    headers = [(b"cookie", line) for line in cookies]
    return Connection(scope("/_event/", [(b"x-first", b"1"), *headers, (b"x-last", b"2")]), send)


def cookies_of(connection: Connection) -> dict[str, str]:
    """Return what Django reads out of the connection's scope."""
    return synthetic_request(connection.scope, path="/").COOKIES


def sets(*cookies: tuple[str, str], **options: Any) -> Change:
    def change(response: HttpResponse) -> None:
        for name, value in cookies:
            response.set_cookie(name, value, **options)

    return change


def deletes(*names: str) -> Change:
    def change(response: HttpResponse) -> None:
        for name in names:
            response.delete_cookie(name)

    return change


def take(connection: Connection, change: Change) -> list[str]:
    """Let a response that was changed so pass; return the names of the cookies to relay."""
    response = HttpResponse()
    change(response)
    return [line.partition("=")[0] for line in connection.take(response.cookies)]


@pytest.mark.parametrize(
    ("sent", "change", "cookies", "relayed"),
    [
        (b"", sets(), {}, []),
        (b"", sets(("a", "1")), {"a": "1"}, ["a"]),
        (b"a=1", sets(), {"a": "1"}, []),
        (b"a=1", sets(("a", "1")), {"a": "1"}, []),
        (b"a=1", sets(("a", "2")), {"a": "2"}, ["a"]),
        (b"a=1", sets(("A", "2")), {"a": "1", "A": "2"}, ["A"]),
        (b"a=1", sets(("b", "2"), ("c", "3")), {"a": "1", "b": "2", "c": "3"}, ["b", "c"]),
        (b"a=1; b=2", sets(("a", "1"), ("b", "3")), {"a": "1", "b": "3"}, ["b"]),
        (b"a=1; b=2", deletes("a"), {"b": "2"}, ["a"]),
        (b"a=1", deletes("a"), {}, ["a"]),
        (b"a=1", deletes("b"), {"a": "1"}, []),
        (b"a=1", sets(("a", "2"), max_age=0), {}, ["a"]),
        (b"a=1", sets(("a", "2"), max_age=-1), {}, ["a"]),
        (b"a=1", sets(("a", "2"), max_age=10), {"a": "2"}, ["a"]),
        (b"a=1", lambda response: response.cookies.load("a=; Max-Age=0"), {}, ["a"]),
        (b"a=1", sets(("a", "")), {"a": ""}, ["a"]),
        (b"", sets(("a", 'x y;z, "q" ä')), {"a": 'x y;z, "q" ä'}, ["a"]),
        (b"", sets(("a", "b=c==")), {"a": "b=c=="}, ["a"]),
    ],
)
def test_what_a_response_sets_lies_over_what_the_client_sent(
    websocket_scope: Any, sent: bytes, change: Change, cookies: Any, relayed: list[str]
) -> None:
    socket = connection(websocket_scope, *([sent] if sent else []))
    assert take(socket, change) == relayed
    assert cookies_of(socket) == cookies
    assert (b"cookie" in dict(socket.scope["headers"])) == bool(cookies)


@pytest.mark.parametrize(
    "sent",
    [
        *[[], [b"a=1"], [b"a=1; b=2"], [b"a=1; a=2"]],
        *[[b""], [b";"], [b";;a=1;"], [b"a=1 ;  b=2"], [b"a=b=c"], [b"=1; a=2"], [b"a="]],
        *[[b'a="x y"; b="\\303\\244"'], [b"a=\xc3\xa4"], [b"a=\xff\xfe"], [b"a=x\ty"]],
        *[[b"a=1; Path=/"], [b"a b=1; c=2"], [b"a=1,b=2"], [b"no pair; a=1"], [b" a = 1 "]],
    ],
)
def test_until_then_django_reads_what_the_client_sent(
    websocket_scope: Any, sent: list[bytes]
) -> None:
    socket = connection(websocket_scope, *sent)
    assert cookies_of(socket) == synthetic_request(socket.handshake, path="/").COOKIES
    assert [pair for pair in socket.scope["headers"] if pair[0] == b"cookie"] == [
        (b"cookie", line) for line in sent if line
    ]


@pytest.mark.parametrize("sent", [b" a = 1 ;b=2", b"a=0; b=2; a=1"])
def test_a_cookie_is_known_however_it_was_sent(websocket_scope: Any, sent: bytes) -> None:
    socket = connection(websocket_scope, sent)
    assert take(socket, sets(("a", "1"))) == []
    assert take(socket, sets(("a", "2"))) == ["a"]
    assert cookies_of(socket) == {"a": "2", "b": "2"}


@pytest.mark.parametrize(
    ("second", "cookies"), [(b"b=2", {"a": "1", "b": "2"}), (b"a=2", {"a": "2"})]
)
def test_cookies_may_come_in_several_headers(
    websocket_scope: Any, second: bytes, cookies: dict[str, str]
) -> None:
    """As over HTTP/2 (RFC 9113, section 8.2.3). Django 5.2 alone would misread them."""
    assert cookies_of(connection(websocket_scope, b"a=1", second)) == cookies


def test_a_cookie_can_be_set_deleted_and_set_again(websocket_scope: Any) -> None:
    socket = connection(websocket_scope)
    steps = [sets(("a", "1")), deletes("a"), deletes("a"), sets(("a", "1")), sets(("a", "1"))]
    assert [take(socket, step) for step in steps] == [["a"], ["a"], [], ["a"], []]


def test_a_line_to_relay_has_all_its_attributes(websocket_scope: Any) -> None:
    response = HttpResponse()
    response.set_cookie("a", "1", httponly=True, secure=True, samesite="Lax", path="/x")
    [line] = connection(websocket_scope).take(response.cookies)
    assert line == response.cookies["a"].OutputString()
    assert line == "a=1; HttpOnly; Path=/x; SameSite=Lax; Secure"


def test_a_value_that_no_header_can_carry_spoils_no_later_event(websocket_scope: Any) -> None:
    socket = connection(websocket_scope, b"a=1")
    with pytest.raises(UnicodeEncodeError):
        take(socket, sets(("a", "2"), ("price", "5 €")))
    assert cookies_of(socket) == {"a": "1"}


def test_the_handshake_itself_never_changes(websocket_scope: Any) -> None:
    socket = connection(websocket_scope, b"a=1", b"b=2")
    before = list(socket.handshake["headers"])
    take(socket, sets(("a", "2")))
    assert socket.handshake["headers"] == before
    names = [name for name, _ in socket.scope["headers"]]
    assert names.count(b"cookie") == 1
    assert [name for name in names if name.startswith(b"x-")] == [b"x-first", b"x-last"]
    assert {**socket.scope, "headers": before} == socket.handshake


@pytest.mark.parametrize("change", [sets(("a", "1")), sets(("sid", "new")), deletes("sid")])
def test_the_session_cookie_is_the_one_of_the_moment(
    websocket_scope: Any, settings: Any, change: Change
) -> None:
    settings.SESSION_COOKIE_NAME = "sid"
    socket = connection(websocket_scope, b"sid=old")
    assert socket.session_cookie == "old"
    take(socket, change)
    assert socket.session_cookie == cookies_of(socket).get("sid")


def test_without_a_session_there_is_no_session_cookie(websocket_scope: Any) -> None:
    assert connection(websocket_scope, b"a=1").session_cookie is None


async def test_a_closed_connection_sends_nothing_more(websocket_scope: Any) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    socket = connection(websocket_scope, send=send)
    await socket.send({"type": "websocket.send", "text": "before"})
    await socket.close(4401)
    await socket.close(1012)
    await socket.send({"type": "websocket.send", "text": "after"})
    assert [message["type"] for message in sent] == ["websocket.send", "websocket.close"]
    assert sent[1]["code"] == 4401


def test_one_that_rests_holds_no_parsed_headers(websocket_scope: Any) -> None:
    resting = connection(websocket_scope)
    parsed = resting.requests
    resting.rest()
    assert resting.requests is parsed, "It was used since it rested last."
    resting.rest()
    resting.rest()
    assert resting.requests is not parsed


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.django_db(transaction=True)
async def test_a_tab_that_has_rested_goes_on_as_it_was(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        for _ in range(3):
            await tab.socket.send("3")
        await tab.call(f"{PROBE}.who")
        assert tab.var(PROBE, "seen") == "user=ada"
