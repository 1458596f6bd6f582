from __future__ import annotations

import re

import pytest

from asgi_compose import (
    Predicate,
    Scope,
    header,
    host,
    path_exact,
    path_prefix,
    path_regex,
    route_path,
    scope_type,
)

from .driver import http_scope, websocket_scope


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("/_event", True),
        ("/_event/", True),
        ("/_event/x", True),
        ("/_upload/x/y", True),
        ("/_eventual", False),
        ("/_even", False),
        ("/x/_event", False),
        ("//_event", False),
        ("/_EVENT", False),
        ("_event", False),
        ("/", False),
        ("", False),
    ],
)
def test_whole_segments_are_compared(path: str, taken: bool) -> None:
    assert path_prefix("/_event", "/_upload")(http_scope(path)) is taken


@pytest.mark.parametrize("prefix", ["api/v1", "/api/v1", "api/v1/", "/api/v1/"])
def test_slashes_around_a_prefix_make_no_difference(prefix: str) -> None:
    assert path_prefix(prefix) == path_prefix("/api/v1")
    assert path_prefix(prefix)(http_scope("/api/v1/x"))
    assert not path_prefix(prefix)(http_scope("/api/v10"))


@pytest.mark.parametrize(
    ("root_path", "path", "below"),
    [
        ("", "/a/x", "/a/x"),
        (None, "/a/x", "/a/x"),
        ("/", "/a/x", "/a/x"),
        ("/p", "/p/a/x", "/a/x"),
        ("/p/", "/p/a/x", "/a/x"),
        ("/p/q", "/p/q/a", "/a"),
        ("/p", "/p", ""),
        ("/p", "/p/", "/"),
        ("/p", "/a/x", "/a/x"),
        ("/p", "/pa/x", "/pa/x"),
        ("/p", "/p/p/x", "/p/x"),
        ("/p", "/a/p/x", "/a/p/x"),
    ],
)
def test_root_path_is_taken_off_where_it_is_there(
    root_path: str | None, path: str, below: str
) -> None:
    scope = http_scope(path, root_path=root_path)
    assert route_path(scope) == below
    assert path_prefix("/a")(scope) is (below == "/a" or below.startswith("/a/"))


@pytest.mark.parametrize("prefix", ["", "/", "//"])
def test_a_prefix_that_takes_everything_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="default="):
        path_prefix("/a", prefix)


def test_no_prefix_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        path_prefix()


def test_a_prefix_can_be_read_back() -> None:
    predicate = path_prefix("/a", "b/")
    assert repr(predicate) == "path_prefix('/a', '/b')"
    assert hash(predicate) == hash(path_prefix("/a", "/b"))


@pytest.mark.parametrize(
    ("path", "taken"),
    [("/ping", True), ("/ping/", False), ("/ping/x", False), ("/pin", False), ("", False)],
)
def test_an_exact_path_is_that_path_only(path: str, taken: bool) -> None:
    assert path_exact("/ping", "other")(http_scope(path)) is taken


def test_the_slash_at_the_end_of_an_exact_path_counts() -> None:
    assert path_exact("/a/")(http_scope("/a/"))
    assert not path_exact("/a/")(http_scope("/a"))


@pytest.mark.parametrize(("path", "root_path"), [("/", ""), ("", ""), ("/p", "/p"), ("/p/", "/p")])
def test_the_root_is_an_exact_path_however_it_is_written(path: str, root_path: str) -> None:
    assert path_exact("/")(http_scope(path, root_path=root_path))
    assert not path_exact("/a")(http_scope(path, root_path=root_path))


def test_no_exact_path_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        path_exact()


@pytest.mark.parametrize(
    ("path", "taken"),
    [("/v1/x", True), ("/v12", True), ("/v1/x/", False), ("/api/v1", False), ("/v1\n", False)],
)
def test_a_regex_is_anchored_at_both_ends(path: str, taken: bool) -> None:
    assert path_regex(r"/v\d+(/\w+)?")(http_scope(path)) is taken
    assert path_regex(re.compile(r"/V\d+(/\w+)?", re.I))(http_scope(path)) is taken


def test_a_regex_is_compared_below_root_path() -> None:
    assert path_regex(r"/v\d+")(http_scope("/p/v1", root_path="/p"))


@pytest.mark.parametrize(
    ("pattern", "sent", "taken"),
    [
        ("example.com", b"example.com", True),
        ("example.com", b"EXAMPLE.com", True),
        ("Example.COM", b"example.com", True),
        ("example.com", b"example.com:8000", True),
        ("example.com", b"example.com.", True),
        ("example.com", b"example.com.:443", True),
        ("example.com", b"www.example.com", False),
        ("example.com", b"notexample.com", False),
        ("example.com", b"example.com.evil", False),
        ("example.com:8000", b"example.com:8000", True),
        ("example.com:8000", b"example.com:8001", False),
        ("example.com:8000", b"example.com", False),
        ("*.example.com", b"a.example.com", True),
        ("*.example.com", b"a.b.Example.com:80", True),
        ("*.example.com", b"example.com", False),
        ("*.example.com", b".example.com", False),
        ("*.example.com", b"aexample.com", False),
        ("*.example.com:80", b"a.example.com:80", True),
        ("*.example.com:80", b"a.example.com", False),
        ("[::1]", b"[::1]", True),
        ("[::1]", b"[::1]:8000", True),
        ("[::A]:80", b"[::a]:80", True),
        ("[::1]", b"::1", False),
        ("127.0.0.1", b"127.0.0.1:8000", True),
        ("*.example.com", b"evil/.example.com", False),
        ("*.example.com", b"evil@a.example.com", False),
        ("example.com", b"", False),
        ("example.com", b"example.com:http", False),
        ("example.com", b"\xff", False),
    ],
)
def test_a_host_is_compared_by_name_and_by_port_where_asked(
    pattern: str, sent: bytes, taken: bool
) -> None:
    for scope in (http_scope, websocket_scope):
        assert host(pattern, "other.test")(scope(headers=[(b"host", sent)])) is taken


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"host", b"a.test"), (b"Host", b"b.test")],
        [(b"host", b"a.test"), (b"host", b"")],
        [(b"host", b"[::1]"), (b"host", b":80")],
    ],
)
def test_no_host_or_two_are_nobodys(headers: list[tuple[bytes, bytes]]) -> None:
    assert not host("a.test", "b.test", "*.test")(http_scope(headers=headers))


@pytest.mark.parametrize(
    ("predicate", "taken"),
    [
        (header("X-Api"), True),
        (header("x-api", "2"), True),
        (header("x-api", "1"), True),
        (header("x-api", "3", "2"), True),
        (header("x-api", "3"), False),
        (header("x-other"), False),
        (header("accept", "a, b"), True),
        (header("accept", "a"), False),
        (header("accept", "A, B"), False),
    ],
    ids=repr,
)
def test_a_header_is_known_in_any_case_and_each_of_its_values(
    predicate: Predicate, taken: bool
) -> None:
    headers = [(b"X-API", b"1"), (b"x-api", b"2"), (b"accept", b"a, b")]
    assert predicate(http_scope(headers=headers)) is taken
    assert predicate(websocket_scope(headers=iter(headers))) is taken


def test_a_scope_type_is_compared() -> None:
    assert scope_type("websocket")(websocket_scope())
    assert not scope_type("websocket")(http_scope())
    assert scope_type("websocket", "http")(http_scope())


def is_long(scope: Scope) -> bool:
    return len(scope["path"]) > 5


@pytest.mark.parametrize(
    ("predicate", "shown", "taken"),
    [
        (path_prefix("/a") & is_long, "(path_prefix('/a') & is_long)", ["/a/long"]),
        (is_long & path_prefix("/a"), "(is_long & path_prefix('/a'))", ["/a/long"]),
        (
            path_prefix("/a") | is_long,
            "(path_prefix('/a') | is_long)",
            ["/a", "/a/long", "/b/long"],
        ),
        (
            is_long | path_prefix("/a"),
            "(is_long | path_prefix('/a'))",
            ["/a", "/a/long", "/b/long"],
        ),
        (~path_prefix("/a"), "~path_prefix('/a')", ["/b", "/b/long"]),
        (
            ~(path_exact("/b") | path_prefix("/a") & path_regex(".*g")),
            "~(path_exact('/b') | (path_prefix('/a') & path_regex('.*g')))",
            ["/a", "/b/long"],
        ),
        (scope_type("http") & header("x", "y") | host("h"), "", []),
    ],
    ids=repr,
)
def test_predicates_combine_with_each_other_and_with_any_function(
    predicate: Predicate, shown: str, taken: list[str]
) -> None:
    paths = ["/a", "/b", "/a/long", "/b/long"]
    assert [path for path in paths if predicate(http_scope(path))] == taken
    assert repr(predicate) == (shown or "((scope_type('http') & header('x', 'y')) | host('h'))")


def test_a_predicate_equals_one_that_reads_the_same() -> None:
    assert host("a") & is_long == host("a") & is_long
    assert host("a") != header("a")
    assert len({path_exact("/a"), path_exact("a"), path_prefix("/a")}) == 2


@pytest.mark.parametrize(
    "predicate",
    [
        path_prefix("/a"),
        path_exact("/a"),
        path_regex("/a"),
        host("a"),
        header("a"),
        scope_type("a"),
    ],
    ids=repr,
)
def test_a_predicate_needs_no_optional_key_and_changes_nothing(predicate: Predicate) -> None:
    for scope in (http_scope("/a"), websocket_scope("/a")):
        before = dict(scope)
        assert isinstance(predicate(scope), bool)
        assert scope == before
