"""The bundle that others are served at ``/``, below ``/app``: what a visitor of it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chromium import (
    add_as_new_visitor,
    django_says,
    fill_in_login,
    greets,
    in_chromium,
    shows_count,
)
from tests.e2e.servers import Server, shop_with
from tests.e2e.test_uploads import PNG, drop

SETTINGS = "tests.e2e.settings_below_app"


@pytest.fixture(scope="module")
def server(
    build: None, loaded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The shop below ``/app``: served from the very files that other tests serve at ``/``."""
    folder = tmp_path_factory.mktemp("below")
    own = {
        "SHOP_MEDIA_ROOT": folder / "media",
        "REFLEX_UPLOADED_FILES_DIR": folder / "uploaded_files",
    }
    with shop_with(SETTINGS, loaded_database, folder, **own) as server:
        yield server


@pytest.fixture
def app(server: Server) -> str:
    return f"{server.address}/app"


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("/", 200, "Django's own front page"),
        ("/app", 301, ""),
        ("/app/", 200, "<title>Tea shop</title>"),
        ("/app/cart", 200, '"basename":"/app/"'),
        ("/app/product/teapot", 200, '"basename":"/app/"'),
        ("/app/nosuch", 404, '"basename":"/app/"'),
        ("/app/assets/nosuch.js", 404, "Not Found"),
        ("/app/cart/json", 301, ""),
        ("/app/cart/json/", 200, '"count": 0'),
        ("/app/cart/json/x", 404, "Not Found"),
        ("/application", 404, "Not Found"),
        ("/cart", 404, "Not Found"),
        ("/cart/json", 301, ""),
        ("/assets/nosuch.js", 404, "Not Found"),
        ("/admin/login/", 200, 'name="csrfmiddlewaretoken"'),
        ("/ping", 200, "pong"),
    ],
)
def test_each_path_reaches_whom_it_belongs_to(
    server: Server, path: str, status: int, part: str
) -> None:
    answer = httpx.get(f"{server.address}{path}")
    assert (answer.status_code, part in answer.text) == (status, True)
    assert "__own_path__" not in answer.text


@pytest.mark.browser
class TestInChromium:
    pytestmark = in_chromium

    def test_pages_and_events_work(self, tab: Page, server: Server, app: str) -> None:
        tab.goto(app)
        greets(tab, "guest")
        add_as_new_visitor(tab, "Teapot")
        shows_count(tab, 1)
        tab.get_by_role("link", name="Cart").click()
        expect(tab.get_by_role("heading", name="Your cart")).to_be_visible()
        assert tab.url == f"{app}/cart"
        tab.go_back()
        greets(tab, "guest")
        assert django_says(tab, server.address) == ("", {"teapot": 1})

    def test_a_deep_link_is_loaded_and_loaded_again(self, tab: Page, app: str) -> None:
        tab.goto(f"{app}/product/teapot")
        for _ in range(2):
            expect(tab.get_by_role("heading", name="Teapot").first).to_be_visible()
            tab.reload()

    def test_a_path_without_a_page_shows_the_apps_own_message(
        self, browser: Browser, app: str
    ) -> None:
        with closing(browser.new_context()) as context:  # whose console has the status as an error
            tab = context.new_page()
            tab.goto(f"{app}/nosuch")
            expect(tab.get_by_text("404: Page not found")).to_be_visible()

    def test_login_and_logout_on_a_page(self, tab: Page, server: Server, app: str) -> None:
        tab.goto(f"{app}/login")
        tab.fill("[name=username]", "demo")
        tab.fill("[name=password]", "demo")
        tab.click("#log-in")
        expect(tab.locator("#username")).to_have_text("demo")
        assert tab.url == f"{app}/account"
        assert django_says(tab, server.address)[0] == "demo"
        tab.goto(f"{app}/login")
        tab.click("#log-out")
        greets(tab, "guest")
        assert django_says(tab, server.address)[0] == ""

    def test_a_guarded_page_asks_for_a_login_and_comes_back(
        self, tab: Page, server: Server, app: str
    ) -> None:
        tab.goto(f"{app}/account")
        assert tab.url == f"{server.address}/admin/login/?next=/app/account"
        fill_in_login(tab)
        expect(tab.locator("#username")).to_have_text("demo")
        assert tab.url == f"{app}/account"

    def test_a_link_to_djangos_login_leaves_the_app(
        self, tab: Page, server: Server, app: str
    ) -> None:
        tab.goto(f"{app}/product/teapot")
        tab.locator("#login-hint").get_by_role("link").click()
        tab.wait_for_url(f"{server.address}/admin/login/**")

    def test_an_upload_arrives(self, tab: Page, server: Server, app: str) -> None:
        tab.goto(f"{server.address}/admin/login/?next=/app/")
        fill_in_login(tab)
        tab.goto(f"{app}/account")
        drop(tab, ("teapot.png", PNG))
        expect(tab.get_by_role("status")).to_have_text(["Teapot has a photo by demo."])
