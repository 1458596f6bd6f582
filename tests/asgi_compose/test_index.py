"""The index answers as asking each route in turn does, for any routes and any path."""

from __future__ import annotations

import asyncio
import re

from hypothesis import given
from hypothesis import strategies as st

from asgi_compose import (
    ASGIApp,
    Dispatcher,
    Predicate,
    Route,
    Scope,
    header,
    host,
    path_exact,
    path_prefix,
    path_regex,
    scope_type,
)

from .driver import answers, http_scope, status_of

SEGMENTS = st.sampled_from(["a", "b", "ab", "", "é", "a b", "."])
PATHS = st.one_of(
    st.lists(SEGMENTS, max_size=5).map(lambda segments: "/" + "/".join(segments)),
    st.lists(SEGMENTS, max_size=3).map("/".join),
    st.sampled_from(["", "/", "//", "*", "a/b", "http://a/b", "/a//", "//a"]),
)
PREFIXES = st.lists(PATHS.filter(lambda path: path.strip("/")), min_size=1, max_size=3)
LEAVES: st.SearchStrategy[Predicate] = st.one_of(
    PREFIXES.map(lambda prefixes: path_prefix(*prefixes)),
    st.lists(PATHS, min_size=1, max_size=2).map(lambda paths: path_exact(*paths)),
    st.sampled_from(
        [
            path_regex(r"/a.*"),
            scope_type("http"),
            scope_type("websocket"),
            host("example.com"),
            header("x-no"),
            lambda scope: len(scope["path"]) > 4,
        ]
    ),
)
PREDICATES = st.one_of(
    LEAVES,
    st.tuples(PREFIXES, LEAVES).map(lambda pair: path_prefix(*pair[0]) & pair[1]),
    st.tuples(PREFIXES, LEAVES).map(lambda pair: pair[1] | path_prefix(*pair[0])),
    PREFIXES.map(lambda prefixes: ~path_prefix(*prefixes)),
)
Headers = list[tuple[bytes, bytes]]
HEADERS: st.SearchStrategy[Headers] = st.lists(
    st.sampled_from([(b"host", b"example.com"), (b"x-no", b"")]), max_size=2
)
ROOTS = st.sampled_from(["", "/", "/a", "/a/", "/a/b", "/p"])


def asked_in_turn(predicates: list[Predicate], scope: Scope) -> int:
    statuses = (300 + i for i, predicate in enumerate(predicates) if predicate(scope))
    return next(statuses, 299)


@given(
    st.lists(PREDICATES, max_size=8),
    st.lists(st.tuples(PATHS, ROOTS, HEADERS, st.integers(1, 3)), min_size=1),
)
def test_the_index_answers_as_the_first_match_in_turn(
    predicates: list[Predicate], requests: list[tuple[str, str, Headers, int]]
) -> None:
    routes = [Route(it, answers(300 + i), strict=False) for i, it in enumerate(predicates)]
    dispatcher = Dispatcher(routes, default=answers(299))
    for path, root_path, headers, times in requests:
        scope = http_scope(path, root_path=root_path, headers=headers)
        for _ in range(times):  # the first time it is looked up, then it is remembered
            assert asyncio.run(status_of(dispatcher, scope)) == asked_in_turn(predicates, scope)


async def test_a_literal_route_keeps_later_predicates_from_being_asked() -> None:
    def must_not_be_asked(scope: Scope) -> bool:
        raise AssertionError("a route before it has taken this path")

    routes = [Route(path_prefix("/a"), answers(201)), Route(must_not_be_asked, answers(202), False)]
    assert await status_of(Dispatcher(routes), http_scope("/a/b")) == 201


async def test_a_predicate_before_a_literal_route_comes_first() -> None:
    def only_a_b_c(scope: Scope) -> bool:
        return bool(scope["path"] == "/a/b/c")

    routes = [
        Route(path_exact("/a/b"), answers(201)),
        Route(only_a_b_c, answers(202), strict=False),
        Route(path_prefix("/a/b"), answers(203)),
        Route(path_prefix("/a"), answers(204)),
        Route(path_prefix("/a/never"), answers(205)),
    ]
    dispatcher = Dispatcher(routes, default=answers(299))
    expected = {"/a/b": 201, "/a/b/c": 202, "/a/b/": 203, "/a/b/d": 203, "/a/never": 204, "/": 299}
    for path, status in expected.items():
        assert await status_of(dispatcher, http_scope(path)) == status


async def test_any_number_of_prefixes_is_looked_up_not_searched() -> None:
    class Counted(str):
        """A path that counts how often it is compared."""

        compared = 0

        def startswith(self, *args: object) -> bool:
            Counted.compared += 1
            return super().startswith(*args)  # type: ignore[arg-type]

    app: ASGIApp = answers(201)
    routes = [Route(path_prefix(f"/api/v{number}/x"), app, False) for number in range(1000)]
    dispatcher = Dispatcher(routes, default=answers(299))
    assert await status_of(dispatcher, http_scope(Counted("/api/v999/x/y"))) == 201
    assert await status_of(dispatcher, http_scope(Counted("/api/v1000/x/y"))) == 299
    assert Counted.compared == 0


async def test_what_is_asked_for_in_a_pattern_is_the_whole_path() -> None:
    dispatcher = Dispatcher([Route(path_regex(re.compile("/a", re.I)), answers(201))])
    assert await status_of(dispatcher, http_scope("/A")) == 201
    assert await status_of(dispatcher, http_scope("/a/b")) == 404
