"""A shared cache in front, real nginx, and WhiteNoise behind it: nobody gets what is another's."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from tests.e2e.chromium import add_as_new_visitor, greets, in_chromium, shows_count
from tests.e2e.nginx import needs_nginx, nginx
from tests.e2e.servers import SHOP, Server, manage, shop_with

CACHE = "proxy_cache_path {folder}/cache keys_zone=shared:1m;"
# Pages that many ask for at once are fetched once, and a copy that is too old is asked about.
CACHED = """
proxy_cache shared;
proxy_cache_key $request_uri;
proxy_cache_lock on;
proxy_cache_revalidate on;
add_header X-Cache $upstream_cache_status always;
"""
SETTINGS = "tests.e2e.settings_cdn"


@pytest.fixture(scope="module")
def static_root(build: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build as others serve it, and beside it what ``collectstatic`` collects after it."""
    root = tmp_path_factory.mktemp("static")
    shutil.copytree(SHOP / "staticfiles" / "_reflex", root / "_reflex")
    variables = {"SHOP_STATIC_ROOT": root, "DJANGO_SETTINGS_MODULE": SETTINGS}
    manage("collectstatic", "--noinput", "--verbosity=0", **variables)
    return root


@pytest.fixture(scope="module")
def server(
    static_root: Path, loaded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("cdn")
    with shop_with(SETTINGS, loaded_database, folder, SHOP_STATIC_ROOT=static_root) as server:
        yield server


@pytest.fixture(scope="module")
def cache(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("cache")
    with nginx(folder, server.port, http=CACHE, location=CACHED) as port:
        yield f"http://127.0.0.1:{port}"


def asked(site: str, path: str, **headers: str) -> httpx.Response:
    """Return the answer to somebody who comes for the first time."""
    return httpx.get(f"{site}{path}", headers={"Accept-Encoding": "identity", **headers})


def test_collecting_leaves_the_build_as_it_was(static_root: Path) -> None:
    before = SHOP / "staticfiles" / "_reflex"
    names = sorted(str(file.relative_to(before)) for file in before.rglob("*") if file.is_file())
    after = static_root / "_reflex"
    assert names == sorted(str(f.relative_to(after)) for f in after.rglob("*") if f.is_file())
    assert all((before / name).read_bytes() == (after / name).read_bytes() for name in names)
    assert "_reflex" not in (static_root / "staticfiles.json").read_text()


def test_djangos_own_files_are_where_static_url_says(server: Server) -> None:
    """The host of a CDN, which asks this server; the app's files are not among them."""
    page = asked(server.address, "/admin/login/").text
    found = re.search(r'"https://cdn\.example(/static/admin/css/base\.[0-9a-f]{12}\.css)"', page)
    assert found is not None
    assert asked(server.address, found[1]).status_code == 200
    assert "cdn.example" not in asked(server.address, "/").text


@needs_nginx
@pytest.mark.parametrize("suffix", ["js", "css"])
def test_a_file_named_after_its_content_is_fetched_once(cache: str, suffix: str) -> None:
    found = re.search(rf"/assets/[\w.-]+\.{suffix}", asked(cache, "/").text)
    assert found is not None
    answers = [asked(cache, found[0]) for _ in range(2)]
    assert [answer.headers["x-cache"] for answer in answers] == ["MISS", "HIT"]
    assert answers[0].content == answers[1].content
    assert not [answer for answer in answers if "set-cookie" in answer.headers]
    known = asked(cache, found[0], **{"If-None-Match": answers[0].headers["etag"]})
    assert (known.status_code, known.headers["x-cache"]) == (304, "HIT")


@needs_nginx
def test_each_coding_is_kept_for_itself(cache: str) -> None:
    found = re.search(r'"(/assets/root-[\w-]+\.js)', asked(cache, "/").text)
    assert found is not None
    codings = ["identity", "gzip", "identity", "gzip"]
    answers = [asked(cache, found[1], **{"Accept-Encoding": coding}) for coding in codings]
    assert [answer.headers.get("content-encoding") for answer in answers] == [None, "gzip"] * 2
    assert len({answer.content for answer in answers}) == 1  # httpx has decompressed them


@needs_nginx
@pytest.mark.parametrize("path", ["/", "/cart", "/product/teapot", "/nosuch"])
def test_a_page_is_nobody_elses(cache: str, path: str) -> None:
    answers = [asked(cache, path) for _ in range(3)]
    assert {answer.headers["x-cache"] for answer in answers} == {"MISS"}
    visitors = {answer.cookies["reflex_visitor"] for answer in answers}
    assert len(visitors) == 3


@needs_nginx
@pytest.mark.parametrize("path", ["/favicon.ico", "/assets/gone-Dfwd_-i3.js", "/ping"])
def test_what_may_change_is_asked_for_again(cache: str, path: str) -> None:
    assert {asked(cache, path).headers["x-cache"] for _ in range(3)} == {"MISS"}


@needs_nginx
@pytest.mark.browser
class TestInChromium:
    pytestmark = in_chromium

    def test_the_app_works_through_it(self, tab: Page, cache: str) -> None:
        for _ in range(2):
            tab.goto(cache)
            greets(tab, "guest")
        add_as_new_visitor(tab, "Teapot")
        shows_count(tab, 1)
        tab.reload()
        shows_count(tab, 1)
