"""``mount=True`` and ``state="own"``: the two things for which a scope is copied."""

from __future__ import annotations

from typing import Any

import pytest

from asgi_compose import (
    ASGIApp,
    Dispatcher,
    LifespanGroup,
    Receive,
    Route,
    Scope,
    Send,
    path_exact,
    path_prefix,
    route_path,
)

from .driver import LifespanDriver, call, http_scope, websocket_scope
from .lifespan_apps import STARTED, knows_only_http, works


class Sees:
    """An application that remembers the last scope it was given."""

    scope: Scope

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope


async def seen(scope: Scope, *prefixes: str) -> Scope:
    app = Sees()
    await call(Dispatcher([Route(path_prefix(*prefixes), app, mount=True)]), scope)
    return app.scope


@pytest.mark.parametrize("kind", [http_scope, websocket_scope])
@pytest.mark.parametrize(
    ("path", "root_path", "inner_root"),
    [
        ("/sub/x", "", "/sub"),
        ("/sub", "", "/sub"),
        ("/sub/", None, "/sub"),
        ("/sub/x", "/", "/sub"),
        ("/p/sub/x", "/p", "/p/sub"),
        ("/p/sub/x", "/p/", "/p/sub"),
        ("/a/b/x", "", "/a/b"),
        ("/p/a/b/x", "/p", "/p/a/b"),
    ],
)
async def test_a_mount_adds_to_root_path_and_leaves_the_paths_alone(
    kind: Any, path: str, root_path: str | None, inner_root: str
) -> None:
    scope = kind(path, root_path=root_path, raw_path=path.encode())
    before = dict(scope)
    inner = await seen(scope, "/sub", "/a/b")
    assert inner == {**before, "root_path": inner_root}
    assert scope == before


async def test_a_mount_needs_no_root_path_and_no_raw_path() -> None:
    assert await seen(http_scope("/sub/x"), "/sub") == http_scope("/sub/x", root_path="/sub")


@pytest.mark.parametrize("raw_path", [b"/sub/%C3%A4", None])
async def test_root_path_is_put_in_front_where_the_server_keeps_it_out_of_path(
    raw_path: bytes | None,
) -> None:
    scope = http_scope("/sub/ä", root_path="/ö", raw_path=raw_path)
    inner = await seen(scope, "/sub")
    assert (inner["path"], inner["root_path"]) == ("/ö/sub/ä", "/ö/sub")
    assert inner["raw_path"] == (raw_path and b"/%C3%B6" + raw_path)
    assert route_path(inner) == "/ä"


async def test_mounts_add_up() -> None:
    app = Sees()
    inner = Dispatcher([Route(path_prefix("/b/c"), app, mount=True)])
    outer = Dispatcher([Route(path_prefix("/a"), inner, mount=True)])
    await call(outer, http_scope("/a/b/c/d", root_path=""))
    assert (app.scope["path"], app.scope["root_path"]) == ("/a/b/c/d", "/a/b/c")


@pytest.mark.parametrize("predicate", [path_exact("/a"), ~path_prefix("/a"), bool])
def test_only_a_prefix_can_be_mounted(predicate: Any) -> None:
    with pytest.raises(ValueError, match="path_prefix"):
        Route(predicate, knows_only_http, mount=True)


def fills_state(db: str) -> ASGIApp:
    """An application that puts its own database where every other puts its own too."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            scope["state"]["db"] = db
            await works(scope, receive, send)
        else:
            found.append((db, scope["state"]))
            scope["state"]["written"] = True

    found: list[tuple[str, dict[str, Any]]] = []
    app.found = found  # type: ignore[attr-defined]
    return app


@pytest.mark.parametrize(("state", "found"), [("own", "ab"), ("shared", "bb")])
async def test_requests_see_the_state_of_their_application_or_a_shared_one(
    state: Any, found: str
) -> None:
    a, b = fills_state("a"), fills_state("b")
    routes = [Route(path_prefix("/a", "/again"), a), Route(path_prefix("/m"), b, mount=True)]
    dispatcher = Dispatcher(routes, default=b, state=state)
    async with LifespanDriver(dispatcher, {"server": "ours"}) as driver:
        assert await driver.startup() == STARTED
        for path in ("/a", "/again", "/b", "/m/x"):
            request_state = {**driver.scope["state"], "request": path}
            await call(dispatcher, http_scope(path, state=request_state))
        await driver.shutdown()
    seen_by_a, seen_by_b = a.found, b.found  # type: ignore[attr-defined]
    assert [s["request"] for _, s in [*seen_by_a, *seen_by_b]] == ["/a", "/again", "/b", "/m/x"]
    assert {s["db"] for _, s in seen_by_a} == {found[0]}
    assert {s["db"] for _, s in seen_by_b} == {found[1]}
    assert all(s["server"] == "ours" for _, s in seen_by_a)
    assert "written" not in driver.scope["state"]


async def test_own_state_belongs_to_one_run_of_the_server() -> None:
    app = fills_state("a")
    group = LifespanGroup(app, state="own")
    requests = group.with_state(app)
    async with LifespanDriver(group, {}) as one, LifespanDriver(group, {}) as other:
        await one.startup()
        await other.startup()
        one.scope["state"][group._key][id(app)]["db"] = "changed"
        for driver in (one, other):
            await call(requests, http_scope(state=dict(driver.scope["state"])))
    (_, first), (_, second) = app.found  # type: ignore[attr-defined]
    assert (first["db"], second["db"]) == ("changed", "a")


@pytest.mark.parametrize("more", [{}, {"state": None}, {"state": {"x": 1}}])
async def test_own_state_is_no_matter_where_no_lifespan_filled_it(more: Scope) -> None:
    app = Sees()
    dispatcher = Dispatcher([], default=app, state="own")
    scope = http_scope(**more)
    await call(dispatcher, scope)
    assert app.scope is scope


async def test_own_state_nests() -> None:
    apps = {name: fills_state(name) for name in "abcd"}
    left = Dispatcher([Route(path_prefix("/l/a"), apps["a"])], apps["b"], state="own")
    right = Dispatcher([Route(path_prefix("/r/c"), apps["c"])], apps["d"], state="own")
    site = Dispatcher([Route(path_prefix("/l"), left)], right)
    async with LifespanDriver(site, {}) as driver:
        await driver.startup()
        for path in ("/l/a", "/l/b", "/r/c", "/r/d"):
            await call(site, http_scope(path, state=dict(driver.scope["state"])))
    for name, app in apps.items():
        ((_, state),) = app.found  # type: ignore[attr-defined]
        assert state["db"] == name
