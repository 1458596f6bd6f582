"""The bundle that others are served at 127.0.0.1, behind nginx that ends TLS for another name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.chromium import (
    add_as_new_visitor,
    chromium,
    greets,
    in_chromium,
    shows_count,
    visitor,
)
from tests.e2e.nginx import HOST, needs_nginx, nginx
from tests.e2e.servers import Server, shop_with
from tests.e2e.test_uploads import PNG, drop

pytestmark = [*in_chromium, needs_nginx]


@pytest.fixture(scope="module", params=["hypercorn", "run_reflex"])
def server(
    request: pytest.FixtureRequest,
    build: None,
    loaded_database: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("behind")
    own = {
        "SHOP_MEDIA_ROOT": folder / "media",
        "REFLEX_UPLOADED_FILES_DIR": folder / "uploaded_files",
    }
    settings = "tests.e2e.settings_behind_proxy"
    with shop_with(settings, loaded_database, folder, request.param, **own) as server:
        yield server


@pytest.fixture(scope="module")
def site(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nginx(tmp_path_factory.mktemp("nginx"), server.port, tls=True) as port:
        yield f"https://{HOST}:{port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(f"--host-resolver-rules=MAP {HOST} 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with visitor(browser, ignore_https_errors=True) as context:
        yield context


def cart(tab: Page) -> dict[str, Any]:
    """Return what an ordinary Django view says to this tab; only the browser finds the name."""
    said: dict[str, Any] = tab.evaluate("fetch('/cart/json/').then(answer => answer.json())")
    return said


def test_events_and_their_cookies_come_through(
    tab: Page, site: str, context: BrowserContext
) -> None:
    tab.goto(site)
    greets(tab, "guest")
    add_as_new_visitor(tab, "Teapot")
    shows_count(tab, 1)
    assert cart(tab)["count"] == 1
    kept = {cookie["name"]: cookie for cookie in context.cookies()}
    assert {"sessionid", "reflex_visitor"} <= kept.keys()
    assert all(cookie["secure"] and cookie["domain"] == HOST for cookie in kept.values())
    assert kept["sessionid"]["httpOnly"]


def test_login_on_a_page_and_an_upload(tab: Page, site: str) -> None:
    tab.goto(f"{site}/login")
    tab.fill("[name=username]", "demo")
    tab.fill("[name=password]", "demo")
    tab.click("#log-in")
    expect(tab.locator("#username")).to_have_text("demo")
    assert cart(tab)["user"] == "demo"
    drop(tab, ("teapot.png", PNG))
    expect(tab.get_by_role("status")).to_have_text(["Teapot has a photo by demo."])


def test_djangos_own_forms_work_there_too(tab: Page, site: str) -> None:
    tab.goto(f"{site}/account")
    assert tab.url == f"{site}/admin/login/?next=/account"
    tab.fill("#id_username", "demo")
    tab.fill("#id_password", "demo")
    tab.click("[type=submit]")
    expect(tab.locator("#username")).to_have_text("demo")
    tab.click("#logout")
    greets(tab, "guest")
