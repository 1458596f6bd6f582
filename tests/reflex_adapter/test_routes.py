"""Which paths are pages, by the routes that Reflex compiled: as Reflex itself says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reflex.route import get_router
from reflex.utils.exec import _match_routable_page

from reflex_adapter.routes import MANIFEST, Routes, routes_of

names = st.sampled_from(["item", "a", "404", "x"])  # Reflex takes /index for /
middle = st.one_of(names, st.just("[id]"), st.just("[[maybe]]"))
routes = st.builds(
    lambda parts, last: "/".join([*parts, *last]) or "index",
    st.lists(middle, max_size=3),
    st.lists(st.just("[[...splat]]"), max_size=1),
)
paths = st.lists(names | st.text("ab.%", min_size=1, max_size=3), min_size=1, max_size=4).map(
    "/".join
)


@given(known=st.lists(routes, max_size=4), path=paths, slash=st.sampled_from(["", "/"]))
def test_a_path_is_a_page_where_reflex_says_so(known: list[str], path: str, slash: str) -> None:
    theirs = _match_routable_page(get_router([*known, "404"]), f"/{path}")
    assert Routes([*known, "404"]).have(path + slash) is (theirs is not None)


@pytest.mark.parametrize(
    ("route", "is_page"),
    # Reflex itself takes / for [id]; the router of its pages does not.
    [("index", True), ("[id]", False), ("[[maybe]]", True), ("[[...splat]]", True), ("a", False)],
)
def test_the_root_is_a_page_by_a_route_that_may_be_empty(route: str, is_page: bool) -> None:
    assert Routes([route]).have("") is is_page


def test_without_routes_every_path_may_be_a_page() -> None:
    assert Routes(None).have("anything")
    assert not Routes([]).have("anything")


@pytest.mark.parametrize("known", [["index", "a"], []])
def test_the_routes_are_those_of_the_build(tmp_path: Path, known: list[str]) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps(known))
    assert routes_of(tmp_path).have("a") is ("a" in known)
    assert not routes_of(tmp_path).have("b")
