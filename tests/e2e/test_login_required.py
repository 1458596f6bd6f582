"""``LoginRequiredMiddleware`` guards events as it guards views."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.chromium import (
    add_to_cart,
    django_says,
    fill_in_login,
    greets,
    in_chromium,
    log_in,
    shows_count,
)
from tests.e2e.servers import Server, shop_with

pytestmark = in_chromium

LOGIN_PAGE = "/admin/login/?next=/"


@pytest.fixture(scope="module")
def members_only(
    build: None, loaded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("members_only")
    with shop_with("tests.e2e.settings_login_required", loaded_database, folder) as server:
        yield server


def in_database(server: Server, statement: str) -> list[str]:
    with closing(sqlite3.connect(server.log.with_name("shop.sqlite3"))) as database, database:
        return [row[0] for row in database.execute(statement)]


def sessions(server: Server) -> list[str]:
    return in_database(server, "SELECT session_key FROM django_session")


def log_out_in_another_tab(tab: Page, server: Server) -> None:
    other = tab.context.new_page()
    other.goto(f"{server.address}/account")
    other.locator("#logout").click()
    other.wait_for_url(f"{server.address}{LOGIN_PAGE}")


def end_all_sessions(tab: Page, server: Server) -> None:
    in_database(server, "DELETE FROM django_session")


def test_a_stranger_gets_the_login_page_for_the_page(tab: Page, members_only: Server) -> None:
    tab.goto(members_only.address)
    assert tab.url == f"{members_only.address}{LOGIN_PAGE}"
    fill_in_login(tab)
    greets(tab, "demo")


@pytest.mark.parametrize("end_session", [log_out_in_another_tab, end_all_sessions])
def test_a_stranger_gets_the_login_page_for_an_event(
    tab: Page, members_only: Server, end_session: Callable[[Page, Server], None]
) -> None:
    log_in(tab, members_only.address)
    add_to_cart(tab, "Teapot")
    shows_count(tab, 1)
    end_session(tab, members_only)
    before = sessions(members_only)

    if end_session is end_all_sessions:  # else the tab has heard of it, and goes there by itself
        add_to_cart(tab, "Tea cup")
    tab.wait_for_url(f"{members_only.address}{LOGIN_PAGE}")
    assert sessions(members_only) == before  # a handler that had run would have made one

    fill_in_login(tab)
    greets(tab, "demo")
    shows_count(tab, 0)
    assert django_says(tab, members_only.address) == ("demo", {})
