"""The development loop of a project whose pages are below ``/app``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.chromium import in_chromium
from tests.e2e.edited import SECONDS, EditedShop, developed_copy

pytestmark = in_chromium

REPOSITORY = Path(__file__).parent.parent.parent
HEADING = "rx.heading(ShopState.greeting"


@pytest.fixture(scope="module")
def project(
    build: None, loaded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EditedShop]:
    folder = tmp_path_factory.mktemp("below")
    variables = {
        "DJANGO_SETTINGS_MODULE": "tests.e2e.settings_below_app",
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(folder / "shop")]),
    }
    with developed_copy(folder, loaded_database, **variables) as project:
        yield project


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("/", 200, "Django's own front page"),
        ("/app", 301, ""),
        ("/app/cart/json/", 200, '"count": 0'),
        ("/app/nosuch", 404, '"basename":"/app/"'),
        ("/cart", 404, "Not Found"),
    ],
)
def test_the_rest_is_django(project: EditedShop, path: str, status: int, part: str) -> None:
    answer = httpx.get(project.server.address + path)
    assert answer.status_code == status
    assert part in answer.text


def test_a_page_has_its_events_and_a_saved_one_is_shown(
    browser: Browser, project: EditedShop
) -> None:
    tab = browser.new_page()
    tab.goto(f"{project.server.address}/app/")
    tab.locator("[data-product]", has_text="Teapot").get_by_role("button").click()
    expect(tab.locator("#cart-count")).to_contain_text("1", timeout=SECONDS * 1000)
    project.edit("views.py", HEADING, f"rx.text('below', id='new'),\n        {HEADING}")
    expect(tab.locator("#new")).to_contain_text("below", timeout=SECONDS * 1000)
    expect(tab.locator("#cart-count")).to_contain_text("1", timeout=SECONDS * 1000)
    tab.get_by_role("link", name="Cart").click()
    tab.wait_for_url("**/app/cart")
    tab.close()
