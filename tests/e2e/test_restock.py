"""A background task of the shop, in a real browser: its progress, and what ends it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.chromium import greets, in_chromium, log_in
from tests.e2e.servers import Server, running

pytestmark = in_chromium

LONGER_THAN_IT_TAKES = 4_000  # milliseconds, for six products


@pytest.fixture(scope="module")
def database(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(loaded_database, tmp_path_factory.mktemp("restock")))


@pytest.fixture(scope="module")
def server(build: None, database: Path) -> Iterator[Server]:
    """A shop whose stock no other test counts."""
    with running("run_reflex", database.with_name("log"), SHOP_DATABASE=database) as server:
        yield server


@pytest.fixture
def shop(server: Server, database: Path) -> str:
    """Its address; there are twelve of everything."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE shop_product SET stock = 12")
    return server.address


def begin(tab: Page, shop: str) -> None:
    log_in(tab, shop)
    tab.goto(f"{shop}/account")
    tab.click("#restock")


def stock(tab: Page, shop: str) -> Locator:
    """Return what the home page says of each product, in the end: it begins with what it knew."""
    tab.goto(shop)
    expect(tab.locator("[data-product]")).to_have_count(6)
    return tab.locator("[data-product] .rt-Badge")


def test_staff_see_how_far_it_is_until_everything_is_there(tab: Page, shop: str) -> None:
    begin(tab, shop)
    expect(tab.locator("#progress")).to_have_attribute("data-value", "50")
    expect(tab.get_by_text("Everything is in stock again.")).to_be_visible()
    expect(tab.locator("#restock")).to_be_visible()
    expect(stock(tab, shop)).to_have_text(["50 in stock"] * 6)


def test_it_can_be_stopped(tab: Page, shop: str) -> None:
    begin(tab, shop)
    tab.click("#stop")
    expect(tab.locator("#restock")).to_be_visible()
    tab.wait_for_timeout(LONGER_THAN_IT_TAKES)
    expect(stock(tab, shop).last).to_have_text("12 in stock")


def test_it_ends_with_the_login_it_was_begun_under(
    tab: Page, shop: str, context: BrowserContext
) -> None:
    begin(tab, shop)
    expect(tab.locator("#progress")).to_be_visible()
    other = context.new_page()
    other.goto(f"{shop}/account")
    other.click("#logout")
    greets(other, "guest")
    other.wait_for_timeout(LONGER_THAN_IT_TAKES)
    expect(stock(other, shop).last).to_have_text("12 in stock")
