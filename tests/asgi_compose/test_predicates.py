from __future__ import annotations

import pytest

from asgi_compose import path_prefix, route_path

from .driver import http_scope


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
