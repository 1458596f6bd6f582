"""What a project's template puts into a page is there, and the app works as without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chromium import add_as_new_visitor, greets, in_chromium, log_in, shows_count
from tests.e2e.servers import Server, shop_with

pytestmark = in_chromium


@pytest.fixture(scope="module")
def server(
    build: None, loaded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("rendered")
    with shop_with("tests.e2e.settings_rendered", loaded_database, folder) as server:
        yield server


def asked(tab: Page) -> tuple[str, str]:
    """Return the path and the user that the page was rendered for, as it is now in the browser."""
    meta = tab.locator("head meta[name=asked-for]")
    expect(meta).to_have_count(1)
    return meta.get_attribute("content") or "", tab.evaluate("window.askedBy")


def test_both_are_there_once_the_app_runs(tab: Page, server: Server) -> None:
    """React takes over the whole document; a difference that it minds would be an error."""
    tab.goto(server.address)
    greets(tab, "guest")
    add_as_new_visitor(tab, "Teapot")
    shows_count(tab, 1)
    assert asked(tab) == ("/", "nobody")
    tab.get_by_role("link", name="Cart").click()
    expect(tab.get_by_role("heading", name="Your cart")).to_be_visible()
    assert asked(tab) == ("/", "nobody")  # the app's router asks Django for no page
    tab.reload()
    shows_count(tab, 1)
    assert asked(tab) == ("/cart", "nobody")


def test_a_page_is_rendered_for_who_asks(tab: Page, server: Server) -> None:
    log_in(tab, server.address)
    assert asked(tab) == ("/", "demo")
