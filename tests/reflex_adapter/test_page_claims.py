"""What a page says of where it is must be what some page could say, and agree with itself."""

from __future__ import annotations

from typing import Any

import pytest

from reflex_adapter.page_claims import LONGEST, MOST_PARAMETERS, are_claims

PAGES = [
    ("/", "/"),
    ("/", "/?a=b&a=c#d"),
    ("/", "/#/../x"),
    ("/item/teapot", "/item/teapot?from=/a//b/../c\\d"),
    ("/item/caf%C3%A9", "/item/caf%C3%A9"),
    ("/a b\N{SNOWMAN}", "/a b\N{SNOWMAN}#\N{SNOWMAN}"),
    ("/a%2fb/..%2fc", "/a%2fb/..%2fc"),
    ("/a%5cb", "/a%5cb"),
    ("/...", "/..."),
    ("/a.b/.c/", "/a.b/.c/"),
    ("/a//b", "/a//b"),
]
NO_PAGES = [
    "",
    "item",
    "?a=b",
    "//evil.example/",
    "//",
    "https://evil.example/",
    "javascript:alert(1)",
    "\\\\evil.example",
    "/\\evil.example",
    "/a\\b",
    "/a/../b",
    "/a/./b",
    "/a/..",
    "/..",
    "/a/%2e%2E/b",
    "/a/.%2e?x",
    "/a%00",
    "/a\0",
    "/a?\0",
    "/a\nb",
    "/a#\n",
    "/a\n",
    "/a?" + LONGEST * "x",
]


@pytest.mark.parametrize(("pathname", "as_path"), PAGES)
def test_a_page_says_twice_where_it_is(pathname: str, as_path: str) -> None:
    assert are_claims({"pathname": pathname, "asPath": as_path})
    assert are_claims({"asPath": as_path})


@pytest.mark.parametrize("as_path", NO_PAGES)
def test_what_no_browser_calls_a_page_is_none(as_path: str) -> None:
    assert not are_claims({"asPath": as_path})
    assert not are_claims({"asPath": as_path, "pathname": as_path})


@pytest.mark.parametrize(
    ("pathname", "as_path"),
    [
        ("/a", "/b"),
        ("/a", "/"),
        ("/", "/a"),
        ("/a", "/ab"),
        ("/a/", "/a"),
        ("/A", "/a"),
        ("/a%20b", "/a b"),
        ("/a?b", "/a?b"),
        ("", "/"),
        ("/a", None),
        (1, "/"),
        ("/", 1),
    ],
)
def test_claims_that_disagree_are_none(pathname: Any, as_path: Any) -> None:
    claims = {"pathname": pathname, "asPath": as_path}
    assert not are_claims({name: claim for name, claim in claims.items() if claim is not None})


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ({}, True),
        ({"a": "b", "splat": ["c", "d"], "": ""}, True),
        (dict.fromkeys(map(str, range(MOST_PARAMETERS)), ""), True),
        (dict.fromkeys(map(str, range(MOST_PARAMETERS + 1)), ""), False),
        ({"a": 1}, False),
        ({"a": None}, False),
        ({"a": ["b", 1]}, False),
        ({"a": {}}, False),
        ("a=b", False),
        ([], False),
    ],
)
def test_parameters_are_text(query: Any, right: bool) -> None:
    assert are_claims({"query": query}) is right


@pytest.mark.parametrize("claims", [None, [], "", 1])
def test_claims_are_named(claims: Any) -> None:
    assert not are_claims(claims)


def test_nothing_need_be_claimed() -> None:
    assert are_claims({})
    assert are_claims({"pathname": "/"})
