"""The README's table of answers: what a person sees of each, and what the log says."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chromium import in_chromium
from tests.e2e.servers import SHOP, Server, manage, running

pytestmark = in_chromium

ERROR = "An error occurred."
REQUEST = "WARNING django.request"
FAILED = "ERROR django.request Internal Server Error: / +traceback"


@pytest.fixture(scope="module")
def site(
    build: None, loaded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The project of one page, built beside the shop, whose node modules will do for it."""
    folder = tmp_path_factory.mktemp("answers")
    modules = SHOP / ".web" / "node_modules"
    shutil.copytree(modules, folder / ".web" / "node_modules", symlinks=True, copy_function=os.link)
    variables = {
        "DJANGO_SETTINGS_MODULE": "tests.e2e.answers.settings",
        "SHOP_DATABASE": shutil.copy(loaded_database, folder),
        "SHOP_STATIC_ROOT": folder / "static",
        "REFLEX_WEB_WORKDIR": folder / ".web",
        "REFLEX_STATES_WORKDIR": folder / ".states",
    }
    manage("export_reflex", **variables)
    with running("run_reflex", folder / "log", **variables) as server:
        yield server


class Log:
    """What the server writes from now on."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._start = len(server.output)

    @property
    def lines(self) -> list[str]:
        return self._server.output[self._start :].splitlines()

    def says(self, *lines: str) -> None:
        """Wait for these lines, and allow no other."""
        deadline = time.monotonic() + 5
        while len(self.lines) < len(lines) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.1)  # for one too many
        assert self.lines == list(lines)


@pytest.fixture
def log(site: Server) -> Log:
    return Log(site)


def open_page(tab: Page, site: Server) -> None:
    tab.goto(site.address)
    works(tab, 1)


def works(tab: Page, count: int) -> None:
    """The page and its socket are alive, and no handler has run that was not to."""
    expect(tab.locator("#works")).to_be_visible()
    tab.click("#works")
    expect(tab.locator("#count")).to_have_text(str(count))


SHOWN = [
    ("unauthorized", "401 Unauthorized", f"{REQUEST} Unauthorized: /"),
    ("forbidden", "403 Forbidden", f"{REQUEST} Forbidden: /"),
    ("missing", "404 Not Found", f"{REQUEST} Not Found: /"),
    ("too_many", "429 Too Many Requests", f"{REQUEST} Too Many Requests: /"),
    ("busy", "503 Service Unavailable", "ERROR django.request Service Unavailable: /"),
    ("raises_forbidden", "403 Forbidden", f"{REQUEST} Forbidden (Permission denied): / +traceback"),
    ("raises_missing", "404 Not Found", f"{REQUEST} Not Found: /"),
    (
        "raises_suspicious",
        "400 Bad Request",
        "ERROR django.security.SuspiciousOperation odd +traceback",
    ),
    ("failing", ERROR, "ERROR django.request Internal Server Error: /"),
    ("breaks", ERROR, FAILED),
    ("raises", ERROR, FAILED),
    ("yields_and_raises", ERROR, FAILED),
    (
        "raises_in_background",
        ERROR,
        "ERROR reflex_adapter An event failed: boom in the background +traceback",
    ),
    (
        "in_place",
        ERROR,
        "ERROR reflex_adapter An event failed: Middleware answered 200 to an event of '/'; "
        "its handler did not complete. +traceback",
    ),
    (
        "redirected_away",
        ERROR,
        "WARNING reflex_adapter Not redirecting an event of '/' to another site",
    ),
]


@pytest.mark.parametrize(("button", "text", "line"), SHOWN, ids=[row[0] for row in SHOWN])
def test_a_refusal_or_an_error_is_shown_and_the_page_goes_on(
    tab: Page, site: Server, log: Log, button: str, text: str, line: str
) -> None:
    open_page(tab, site)
    tab.click(f"#{button}")
    shown = tab.locator("[data-sonner-toast]")
    expect(shown).to_contain_text(text)
    assert "boom" not in shown.inner_text()
    expect(tab.locator("#mark")).to_have_text("yielded" if "yields" in button else "")
    works(tab, 2)
    log.says(line)


@pytest.mark.parametrize(
    ("button", "source"),
    [
        ("redirected", "chain"),
        ("returns_redirect", "handler"),
        ("raises_for_middleware", "exception"),
    ],
)
def test_a_redirect_leads_there(
    tab: Page, site: Server, log: Log, button: str, source: str
) -> None:
    open_page(tab, site)
    tab.click(f"#{button}")
    expect(tab.locator("#path")).to_have_text(f"/elsewhere/?from={source}")
    log.says()


def test_a_page_that_is_refused_says_so_for_good(tab: Page, site: Server, log: Log) -> None:
    tab.goto(f"{site.address}/refused")
    shown = tab.locator("[data-sonner-toast]")
    expect(shown).to_contain_text("403 Forbidden")
    expect(shown).to_contain_text("This page could not be loaded.")
    tab.wait_for_timeout(4500)  # others go after four seconds
    expect(shown).to_have_count(1)
    log.says(f"{REQUEST} Forbidden: /refused")


@pytest.mark.parametrize(
    ("place", "text", "line"),
    [
        ("missing", "404 Not Found", f"{REQUEST} Not Found: /missing"),
        ("raising", ERROR, "ERROR django.request Internal Server Error: /raising +traceback"),
    ],
)
def test_a_page_whose_on_load_fails_says_so_until_it_is_left(
    tab: Page, site: Server, log: Log, place: str, text: str, line: str
) -> None:
    shown = tab.locator("[data-sonner-toast]", has_text="This page could not be loaded.")
    tab.goto(f"{site.address}/{place}")
    expect(shown).to_contain_text(text)
    tab.wait_for_timeout(4500)  # others go after four seconds
    expect(shown).to_have_count(1)
    tab.click(f"#to-{place}")  # the page itself, loaded again
    tab.wait_for_timeout(500)
    expect(shown).to_have_count(1)
    tab.click("#to-plain")
    expect(tab.locator("#raises_missing")).to_be_visible()
    expect(shown).to_have_count(0)
    log.says(line, line)


def test_what_loads_a_page_is_no_load_of_it_where_a_button_calls_it(
    tab: Page, site: Server
) -> None:
    tab.goto(f"{site.address}/plain")
    tab.click("#raises_missing")
    shown = tab.locator("[data-sonner-toast]")
    expect(shown).to_contain_text("404 Not Found")
    assert "could not be loaded" not in shown.inner_text()
    expect(shown).to_have_count(0)


def test_the_page_has_reflexs_badge_if_it_is_asked_for(tab: Page, site: Server) -> None:
    open_page(tab, site)
    expect(tab.get_by_text("Built with Reflex")).to_be_visible()


def test_a_refused_handshake_is_not_tried_again_in_a_tight_loop(
    browser: Browser, site: Server
) -> None:
    tab = browser.new_page()  # of no `visitor`: the browser complains of each refusal
    tried: list[str] = []
    refused: list[str] = []
    tab.on("websocket", lambda socket: tried.append(socket.url))
    tab.on("console", lambda said: "403" in said.text and refused.append(said.text))
    tab.goto(f"http://localhost:{site.port}")  # where the settings make its Origin a foreign one
    tab.wait_for_timeout(4000)
    tab.close()
    assert len(refused) > 1
    assert len(tried) < 10  # it waits 0.2 s longer each time
