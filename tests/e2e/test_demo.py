"""``manage.py demo``, which is what ``make demo`` runs once it has installed what it needs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser

from reflex_adapter.build_stages import Stages, one_at_a_time
from reflex_adapter.sources import NOTE
from tests.e2e.chromium import greets, in_chromium
from tests.e2e.servers import MANAGE, environment, manage, running
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
    manage("export_reflex")  # another test may have developed in this folder, or built otherwise
    assert manage("export_reflex").endswith("Nothing has changed.\n")


def test_the_check_knows_what_the_build_was_made_from(build: None) -> None:
    arguments = ("check", "--deploy", "--tag", "reflex_adapter")
    assert "no issues" in manage(*arguments)
    (SHOP / "staticfiles" / "_reflex" / NOTE).unlink()
    assert "reflex_adapter.W011" in manage(*arguments)
    manage("export_reflex")
    assert "no issues" in manage(*arguments)


def test_a_build_says_how_far_it_is_and_waits_for_another_one(build: None, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output, one_at_a_time(SHOP, Stages(print)):
        command = [sys.executable, *MANAGE, "export_reflex"]
        exporting = subprocess.Popen(command, cwd=SHOP, env=environment(), stdout=output)
        deadline = time.monotonic() + 60
        while "waiting for it ..." not in log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert "Compiling" not in log.read_text()
    assert exporting.wait(120) == 0
    stages = [line for line in log.read_text().splitlines() if line.startswith("[")]
    assert [stage.split("] ")[1][:9] for stage in stages] == ["Another p", "Compiling"]
    assert log.read_text().endswith("Nothing has changed.\n")
