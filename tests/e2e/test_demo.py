"""``manage.py demo``, which is what ``make demo`` runs once it has installed what it needs."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from reflex_adapter.sources import NOTE
from tests.e2e.chromium import greets, in_chromium
from tests.e2e.servers import manage, running
from tests.fresh import SHOP

pytestmark = in_chromium


def test_the_demo_prepares_and_serves_until_ctrl_c(
    build: None, browser: Browser, tmp_path: Path
) -> None:
    database, log = tmp_path / "new.sqlite3", tmp_path / "log"
    with running("demo", log, SHOP_DATABASE=database) as server:
        tab = browser.new_page()
        tab.goto(server.address)
        greets(tab, "guest")
        server.interrupt()
        assert server.exit_code() == 0
        tab.close()
        assert server.output.splitlines()[-2:] == [
            f"Serving {server.address}/",
            f"Log in: {server.address}/admin/login/?next=/ as demo / demo",
        ]
    assert server.output.startswith("Preparing the database ...\n6 products loaded;")
    assert "Building the page" in server.output

    with running("demo", log, SHOP_DATABASE=database) as again:
        again.interrupt()
        assert again.exit_code() == 0
    assert "0 products loaded;" in again.output
    assert "Nothing has changed." in again.output


def test_a_second_build_of_the_same_has_nothing_to_do(build: None) -> None:
    assert manage("export_reflex").endswith("Nothing has changed.\n")


def test_the_check_knows_what_the_build_was_made_from(build: None) -> None:
    arguments = ("check", "--deploy", "--tag", "reflex_adapter")
    assert "no issues" in manage(*arguments)
    (SHOP / "staticfiles" / "_reflex" / NOTE).unlink()
    assert "reflex_adapter.W011" in manage(*arguments)
    manage("export_reflex")
    assert "no issues" in manage(*arguments)
