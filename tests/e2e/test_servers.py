"""One application under each server that the README names, over raw HTTP and WebSocket."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path

import httpx
import pytest
import websockets

from reflex_adapter.files import HASHED
from tests.e2e.conftest import Serve
from tests.e2e.servers import SHOP, manage, running
from tests.reflex_adapter.client import APP_STATE, connected

SHOP_STATE = f"{APP_STATE}.shop___states____shop_state"


@pytest.fixture(params=["hypercorn", "uvicorn", "run_reflex"])
def site(request: pytest.FixtureRequest, serve: Serve) -> str:
    return serve(request.param).address


@pytest.fixture(scope="session")
def cookie(serve: Serve) -> str:
    """The ``Cookie`` header of a browser that logged in through Django; the database is shared."""
    with httpx.Client(base_url=serve("run_reflex").address) as client:
        form = {"username": "demo", "password": "demo"}
        answer = client.post("/admin/login/?next=/", data=form, headers=csrf_proof(client))
        assert answer.status_code == 302
        return f"sessionid={client.cookies['sessionid']}"


def csrf_proof(client: httpx.Client) -> dict[str, str]:
    client.get("/admin/login/")
    return {"X-CSRFToken": client.cookies["csrftoken"]}


async def greeting(site: str, cookie: str | None) -> str:
    async with connected(site, cookie=cookie) as tab:
        await tab.receive_until(lambda tab: tab.var(SHOP_STATE, "greeting"))
        return str(tab.var(SHOP_STATE, "greeting"))


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("/", 200, '<script type="module"'),
        ("/cart", 200, '<script type="module"'),
        ("/nosuch", 404, '<script type="module"'),  # the app shows its own "not found"
        ("/admin/login/", 200, 'name="csrfmiddlewaretoken"'),
        ("/admin/nosuch/", 302, ""),
        ("/cart/json/", 200, '"count": 0'),
        ("/ping", 200, "pong"),
        ("/assets/nosuch.js", 404, "Not Found"),
        ("/static/admin/css/base.css", 200, "--primary"),
        ("/static/nosuch.css", 404, "Not Found"),
    ],
)
def test_each_path_reaches_whom_it_belongs_to(site: str, path: str, status: int, part: str) -> None:
    answer = httpx.get(f"{site}{path}")
    assert answer.status_code == status
    assert part in answer.text


def test_a_file_named_after_its_content_may_be_kept_for_ever(site: str) -> None:
    found = re.search(r"/assets/[\w.-]+\.js", httpx.get(site).text)
    assert found is not None
    answer = httpx.get(f"{site}{found[0]}")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert "javascript" in answer.headers["content-type"]


def test_the_names_of_all_that_the_bundler_made_are_known_to_change(build: None) -> None:
    folder = SHOP / "staticfiles" / "_reflex"
    names = [str(file.relative_to(folder)) for file in folder.glob("assets/*")]
    assert names
    assert not [name for name in names if not HASHED.fullmatch(name)]


def test_the_page_itself_is_asked_for_again(site: str) -> None:
    first = httpx.get(site)
    assert "no-cache" in first.headers["cache-control"]
    again = httpx.get(site, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_page_cannot_be_posted_to(site: str) -> None:
    with httpx.Client(base_url=site) as client:
        assert client.post("/", headers=csrf_proof(client)).status_code == 405
        assert client.post("/").status_code == 403  # as for every view of Django's


async def test_an_event_is_from_the_user_of_the_cookie(site: str, cookie: str) -> None:
    assert await greeting(site, cookie) == "Hi, demo"
    assert await greeting(site, None) == "Hi, guest"


async def test_an_event_changes_the_session_that_a_view_reads(site: str, cookie: str) -> None:
    async with (
        connected(site, cookie=cookie) as tab,
        httpx.AsyncClient(base_url=site, headers={"Cookie": cookie}) as browser,
    ):
        before = (await browser.get("/cart/json/")).json()["count"]
        await tab.call(f"{SHOP_STATE}.add_to_cart", product_id=1)
        assert (await browser.get("/cart/json/")).json()["count"] == before + 1


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", None])
async def test_a_foreign_origin_opens_no_socket(site: str, cookie: str, origin: str | None) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with connected(site, cookie=cookie, origin=origin):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/", "/cart", "/_eventual", "/admin/", "/static/x"])
async def test_a_socket_elsewhere_is_refused(site: str, path: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(f"{site.replace('http', 'ws')}{path}"):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_run_reflex_stops_with_a_socket_open(
    build: None, database: Path, tmp_path: Path, number: signal.Signals
) -> None:
    with running("run_reflex", tmp_path / "log", SHOP_DATABASE=database) as server:
        async with connected(server.address) as tab:
            server.process.send_signal(number)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await tab.receive_until(lambda tab: False)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert await asyncio.to_thread(server.exit_code) == 0


def test_a_port_that_is_taken_is_one_line(serve: Serve, loaded_database: Path) -> None:
    port = serve("run_reflex").port
    with pytest.raises(AssertionError) as refused:
        manage("run_reflex", "--env=prod", f"--port={port}", SHOP_DATABASE=loaded_database)
    [line] = str(refused.value).splitlines()
    assert line.startswith(f"CommandError: Cannot serve on 127.0.0.1:{port}: ")
