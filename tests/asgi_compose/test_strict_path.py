from __future__ import annotations

import posixpath
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_compose import Predicate, Scope, host, path_prefix, scope_type
from asgi_compose.strict_path import is_ambiguous

from .driver import http_scope

GUARD = path_prefix("/_event", "/api/private", "/späße")


def as_servers_read(target: str, **more: str) -> Scope:
    """The scope that a server makes of a request target."""
    raw_path = target.encode()
    return http_scope(unquote(target), raw_path=raw_path, **more)


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "",
        "*",
        "/_event",
        "/_event/",
        "/_event//x",
        "/_event/a%20b",
        "/_event/%41",
        "/_event/.well-known/...",
        "/_eventual",
        "/sp%C3%A4%C3%9Fe/x",
        "/sp%c3%a4%c3%9fe/x",
        "/admin/shop/product/_2F_5F/change/",
        "/files/a%2Fb",
        "/files/a%2F..%2Fb",
        "/files/a%5Cb\\c",
        "/files/../x//./y",
        "/files/100%25",
        "/files/%252F",
        "/files/a%0Ab",
        "/files/_event/../x",
        "/.well-known/acme",
        "/api/public/../x",
    ],
)
def test_paths_with_one_answer_pass(target: str) -> None:
    assert not is_ambiguous(as_servers_read(target), [GUARD])


@pytest.mark.parametrize(
    "target",
    [
        # Neither a guard nor its absence is of any use to these.
        "/x%00",
        "/x\0",
        "/x%2500",
        "http://evil/_event",
        "http://evil/x",
        "evil:443",
        "_event",
        # Guarded only in another reading.
        "/%5fevent",
        "/%5Fevent/x",
        "/_ev%65nt",
        "/%255fevent",
        "//_event",
        "/_event%2Fx",
        "/%2F_event",
        "/\\_event",
        "/%5C_event",
        "/_event%5Cx",
        "/./_event",
        "/x/../_event",
        "/x/%2e%2e/_event",
        "/x/.%2E/_event",
        "/x%2F..%2F_event",
        "/x%252F..%252F_event",
        "/x\\..\\_event",
        "/../_event",
        "/_ev%09ent",
        "/_event%0A",
        "/api//private",
        "/api/./private/x",
        "/api/x/../private",
        "/api%2Fprivate",
        "/a/../_event\\..\\..",
        # Guarded in the first reading only.
        "/_event/..",
        "/_event/../x",
        "/_event\\..\\x",
        "/_event/%2e%2e/x",
        "/_event/..%2Fx",
        # Guarded in all readings, with different rests.
        "/_event/a%2Fb",
        "/_event/a%252Fb",
        "/_event/a\\b",
        "/_event/a%5cb",
        "/_event/./x",
        "/_event/x/../y",
        "/_event/x/.",
        "/_event/x%0Ay",
        "/_event/x%7F",
    ],
)
def test_paths_that_can_be_read_differently_are_found(target: str) -> None:
    assert is_ambiguous(as_servers_read(target), [GUARD])


@pytest.mark.parametrize(
    ("target", "root_path", "ambiguous"),
    [
        ("/p/_event", "/p", False),
        ("/p/a%20b", "/p", False),
        ("/_event", "/p", False),
        ("/p/%5fevent", "/p", True),
        ("/%70/_event", "/p", True),
        ("//p/_event", "/p", True),
        ("/p/../_event", "/p", True),
        ("/p/x/../_event", "/p", True),
        ("/p/../x", "/p", False),
    ],
)
def test_paths_are_read_below_root_path(target: str, root_path: str, ambiguous: bool) -> None:
    assert is_ambiguous(as_servers_read(target, root_path=root_path), [GUARD]) is ambiguous


@pytest.mark.parametrize("raw_path", [{}, {"raw_path": None}, {"raw_path": b""}])
def test_a_server_without_raw_path_is_good_enough(raw_path: dict[str, None]) -> None:
    assert not is_ambiguous(http_scope("/_event/x", **raw_path), [GUARD])
    assert is_ambiguous(http_scope("/_event/%2F", **raw_path), [GUARD])
    assert is_ambiguous(http_scope("/x/../_event", **raw_path), [GUARD])


def test_any_predicate_can_guard() -> None:
    def is_exactly_secret(scope: Scope) -> bool:
        return bool(scope["path"] == "/secret")

    assert is_ambiguous(as_servers_read("/x/../secret"), [is_exactly_secret])
    assert not is_ambiguous(as_servers_read("/secret/a%2Fb"), [is_exactly_secret])


@pytest.mark.parametrize("guard", [host("a.test"), scope_type("http"), ~path_prefix("/admin")])
def test_a_guard_that_takes_any_path_is_not_tricked_by_one(guard: Predicate) -> None:
    headers = [(b"host", b"a.test")]
    for target in ("/files/a%2Fb", "/x/../y", "//x"):
        scope: Scope = {**as_servers_read(target), "headers": headers}
        assert guard(scope)
        assert not is_ambiguous(scope, [guard])


def test_a_guard_that_takes_all_paths_but_one_can_be_tricked_about_that_one() -> None:
    assert is_ambiguous(as_servers_read("/x/../admin"), [~path_prefix("/admin")])


def test_the_scope_is_left_alone() -> None:
    scope = as_servers_read("/x/../_event/%2e")
    before = dict(scope)
    is_ambiguous(scope, [GUARD])
    assert scope == before


def as_a_normalising_application_reads(path: str) -> str:
    return posixpath.normpath("/" + path.replace("\\", "/").lstrip("/"))


PIECES = ["/", "_event", "x", "..", ".", "%2e", "%2F", "%5C", "\\", "%5f", "%25", "event", "api"]


@given(st.lists(st.sampled_from([*PIECES, "private", "/", "/"]), max_size=12))
def test_normalising_never_moves_what_passes_across_a_guard(pieces: list[str]) -> None:
    scope = as_servers_read("/" + "".join(pieces))
    if not is_ambiguous(scope, [GUARD]):
        once = as_a_normalising_application_reads(scope["path"])
        twice = as_a_normalising_application_reads(unquote(scope["path"]))
        assert GUARD(scope) is GUARD(http_scope(once)) is GUARD(http_scope(twice))


@given(st.lists(st.text(st.characters(exclude_categories=["C"], exclude_characters="/\\%."))))
def test_ordinary_paths_always_pass(segments: list[str]) -> None:
    target = "/shop/" + "/".join(quote(segment) for segment in segments)
    assert not is_ambiguous(as_servers_read(target), [GUARD])
