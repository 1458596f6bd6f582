from __future__ import annotations

import pytest

from asgi_compose import OriginGuard, Scope
from asgi_compose.origin import is_readable

from .driver import answers, http_scope, status_of, websocket_scope
from .lifespan_apps import works

REFUSED = "websocket.close"
LET_IN = 200


def everyone(scope: Scope, origin: str | None) -> bool:
    return True


def ours_only(scope: Scope, origin: str | None) -> bool:
    return origin == "https://ours.example"


def only_without_origin(scope: Scope, origin: str | None) -> bool:
    return origin is None


def nobody_may_ask(scope: Scope, origin: str | None) -> bool:
    raise AssertionError(f"the rule was asked about {origin!r}")


def origins(*values: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"ours.example"), *((b"origin", value) for value in values)]


@pytest.mark.parametrize(
    ("origin", "answer"),
    [
        (b"https://ours.example", LET_IN),
        (b"https://ours.example:444", REFUSED),
        (b"http://ours.example", REFUSED),
        (b"https://evil.example", REFUSED),
        (b"https://ours.example.evil.example", REFUSED),
    ],
)
async def test_a_handshake_is_let_in_by_the_rule(origin: bytes, answer: int | str) -> None:
    guard = OriginGuard(answers(200), ours_only)
    assert await status_of(guard, websocket_scope(headers=origins(origin))) == answer


async def test_the_rule_gets_the_scope_and_the_origin_as_it_came() -> None:
    asked: list[tuple[Scope, str | None]] = []

    def notes(scope: Scope, origin: str | None) -> bool:
        asked.append((scope, origin))
        return True

    scopes = [websocket_scope(headers=origins(b"HTTPS://Ours.Example:443")), websocket_scope()]
    for scope in scopes:
        assert await status_of(OriginGuard(answers(200), notes), scope) == LET_IN
    assert asked == [(scopes[0], "HTTPS://Ours.Example:443"), (scopes[1], None)]
    assert asked[0][0] is scopes[0]


@pytest.mark.parametrize("name", [b"origin", b"Origin", b"ORIGIN"])
async def test_the_header_is_known_in_any_case(name: bytes) -> None:
    scope = websocket_scope(headers=[(name, b"https://evil.example")])
    assert await status_of(OriginGuard(answers(200), only_without_origin), scope) == REFUSED


@pytest.mark.parametrize(
    "values",
    [
        [b"https://evil.example", b"https://ours.example"],
        [b"https://ours.example", b"https://ours.example"],
        [b"https://ours.example, https://ours.example"],
        [b"https://ours.example https://ours.example"],
        [b"null"],
        [b""],
        [b"\xff"],
        ["https://öurs.example".encode()],
        [b"ours.example"],
        [b"//ours.example"],
        [b"https:ours.example"],
        [b"https://"],
        [b"file://"],
        [b"https://ours.example/"],
        [b"https://ours.example/path"],
        [b"https://ours.example?x"],
        [b"https://ours.example#x"],
        [b"https://ours.example\\@evil.example"],
        [b"https://user@ours.example"],
        [b"https://user:secret@ours.example"],
        [b"https://*.ours.example"],
        [b"https://ours%2eexample"],
        [b"https://ours.example:"],
        [b"https://ours.example:0"],
        [b"https://ours.example:65536"],
        [b"https://ours.example:99999"],
        [b"https://ours.example:-1"],
        [b"https://ours.example:http"],
        [b"https://[::1"],
        [b"https://[:::]"],
        [b"https://[v1.x]"],
        [b"https://::1"],
        [b" https://ours.example"],
        [b"https://ours.example\n"],
        [b"https://ours\t.example"],
    ],
)
async def test_what_is_not_one_readable_origin_is_refused_unasked(values: list[bytes]) -> None:
    guard = OriginGuard(answers(200), nobody_may_ask)
    assert await status_of(guard, websocket_scope(headers=origins(*values))) == REFUSED


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:8000",
        "https://ours.example:65535",
        "https://[::1]:8000",
        "https://[2001:db8::a]",
        "https://127.0.0.1",
        "https://under_score.xn--rs-xka.example",
        "chrome-extension://abcdefgh",
    ],
)
def test_every_origin_that_a_browser_sends_is_readable(origin: str) -> None:
    assert is_readable(origin)


async def test_a_refusal_is_a_403_where_the_server_can_say_so() -> None:
    scope = websocket_scope(extensions={"websocket.http.response": {}}, headers=origins(b"null"))
    assert await status_of(OriginGuard(answers(200), everyone), scope) == 403


@pytest.mark.parametrize(
    ("method", "unsafe_methods", "answer"),
    [
        ("GET", True, 200),
        ("HEAD", True, 200),
        ("OPTIONS", True, 200),
        ("TRACE", True, 200),
        ("POST", True, 403),
        ("DELETE", True, 403),
        ("get", True, 403),
        ("BREW", True, 403),
        ("POST", False, 200),
    ],
)
async def test_http_is_guarded_where_asked_and_the_method_is_unsafe(
    method: str, unsafe_methods: bool, answer: int
) -> None:
    guard = OriginGuard(answers(200), ours_only, unsafe_methods=unsafe_methods)
    scope = http_scope(method=method, headers=origins(b"https://evil.example"))
    assert await status_of(guard, scope) == answer


async def test_an_async_rule_lets_nobody_in() -> None:
    class TruthyAnswer:
        """Like the coroutine that a rule returns where it is ``async def`` by mistake."""

    def rule(scope: Scope, origin: str | None) -> bool:
        return TruthyAnswer()  # type: ignore[return-value]

    assert await status_of(OriginGuard(answers(200), rule), websocket_scope()) == REFUSED


async def test_a_rule_that_raises_lets_nobody_in() -> None:
    guard = OriginGuard(answers(200), nobody_may_ask)
    with pytest.raises(AssertionError, match="None"):
        await status_of(guard, websocket_scope())


@pytest.mark.parametrize("kind", ["lifespan", "webtransport"])
async def test_other_scopes_go_straight_through(kind: str) -> None:
    seen: list[object] = []

    async def app(*args: object) -> None:
        seen.extend(args)

    scope, receive, send = {"type": kind}, works, works
    await OriginGuard(app, nobody_may_ask, unsafe_methods=True)(scope, receive, send)  # type: ignore[arg-type]
    assert [id(arg) for arg in seen] == [id(scope), id(receive), id(send)]
