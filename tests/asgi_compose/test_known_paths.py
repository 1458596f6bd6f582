"""A path that a dispatcher remembers is judged as it was the first time, or anew."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from asgi_compose import ASGIApp, Dispatcher, Route, Scope, path_prefix

from .driver import answers, http_scope, status_of

PATHS = st.sampled_from(["/a", "/a/b", "/b", "/A", "/%61", "//a", "/b/../a", "/a/x y", ""])
RAW_PATHS = st.sampled_from([None, b"/a", b"/%61", b"/a%2Fb", b"/b/%2e%2e/a", b"/a/x%20y", b""])
ROOT_PATHS = st.sampled_from([None, "", "/a", "/b"])
SCOPES = st.builds(
    lambda path, raw_path, root_path: http_scope(path, raw_path=raw_path, root_path=root_path),
    PATHS,
    RAW_PATHS,
    ROOT_PATHS,
)


# Those of the driver: asyncio keeps them until their time has come.
NO_TIMEOUTS = tracemalloc.Filter(False, "*asyncio*")


@given(st.lists(SCOPES, min_size=2), st.booleans())
def test_one_that_remembers_answers_as_one_that_is_new(scopes: list[Scope], strict: bool) -> None:
    def dispatcher() -> ASGIApp:
        return Dispatcher([Route(path_prefix("/a"), answers(201), strict)], default=answers(299))

    async def ask_all() -> None:
        remembers = dispatcher()
        for scope in scopes:
            assert await status_of(remembers, scope) == await status_of(dispatcher(), scope)

    asyncio.run(ask_all())


async def test_what_it_remembers_of_ever_new_paths_is_bounded() -> None:
    dispatcher = Dispatcher([Route(path_prefix("/a"), answers(201))])

    async def ask_for(many: range) -> None:
        for number in many:
            path = f"/a/{number:0200}"
            assert await status_of(dispatcher, http_scope(path, raw_path=path.encode())) == 201

    await ask_for(range(2000))
    tracemalloc.start()
    try:
        await ask_for(range(2000, 8000))
        gc.collect()
        kept = tracemalloc.take_snapshot().filter_traces([NO_TIMEOUTS]).statistics("filename")
    finally:
        tracemalloc.stop()
    assert sum(each.size for each in kept) < 1_000_000  # 6000 of these paths are three times that


async def test_a_path_too_long_to_be_remembered_is_served() -> None:
    dispatcher = Dispatcher([Route(path_prefix("/a"), answers(201))], default=answers(299))
    for _ in range(2):
        assert await status_of(dispatcher, http_scope(f"/a/{'x' * 9000}")) == 201
        assert await status_of(dispatcher, http_scope(f"/b/{'x' * 9000}")) == 299
