"""Under the README's Content-Security-Policy the shop works, and a foreign script does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import django
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chromium import (
    add_as_new_visitor,
    add_to_cart,
    django_says,
    greets,
    in_chromium,
    log_in,
    shows_count,
)
from tests.e2e.servers import ROOT, Server, shop_with

pytestmark = [
    *in_chromium,
    pytest.mark.skipif(django.VERSION < (6, 0), reason="Django 6.0 brought the middleware"),
]
SETTINGS = Path(__file__).with_name("settings_csp.py")


@pytest.fixture(scope="module")
def strict(
    build: None, loaded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("strict")
    with shop_with("tests.e2e.settings_csp", loaded_database, folder) as server:
        yield server


def test_the_policy_is_that_of_the_readme() -> None:
    found = re.search(r"SECURE_CSP = \{.*?^\}", SETTINGS.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    assert found[0] in (ROOT / "README.md").read_text()


def test_a_stranger_shops_without_a_violation(tab: Page, strict: Server) -> None:
    """A violation is an error in the console, of which a ``visitor`` may have none."""
    answer = tab.goto(strict.address)
    assert answer is not None
    assert "'nonce-" in answer.headers["content-security-policy"]
    greets(tab, "guest")
    add_as_new_visitor(tab, "Teapot")
    shows_count(tab, 1)
    tab.get_by_role("link", name="Cart").click()
    expect(tab.get_by_role("heading", name="Your cart")).to_be_visible()
    tab.reload()
    shows_count(tab, 1)
    assert django_says(tab, strict.address) == ("", {"teapot": 1})


def test_somebody_who_logs_in_does_too(tab: Page, strict: Server) -> None:
    log_in(tab, strict.address)
    add_to_cart(tab, "Teapot")
    shows_count(tab, 1)
    tab.goto(f"{strict.address}/account")
    tab.go_back()
    shows_count(tab, 1)


INSERT = """() => {
    const script = document.createElement("script");
    script.textContent = "window.foreign = true";
    document.head.append(script);
    return window.foreign === true;
}"""


@pytest.mark.parametrize("kind", ["strict", "shop"])
def test_only_the_policy_keeps_a_foreign_script_out(
    browser: Browser, strict: Server, shop: str, kind: str
) -> None:
    with closing(browser.new_context()) as context:  # no ``visitor``: the violation is an error
        tab = context.new_page()
        tab.goto(strict.address if kind == "strict" else shop)
        greets(tab, "guest")
        assert tab.evaluate(INSERT) == (kind == "shop")
