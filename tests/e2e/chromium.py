"""A person with a browser: what they do on the pages of the shop, and what they must never see."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

EXECUTABLE = shutil.which("chromium")
in_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(
        EXECUTABLE is None, reason="Chromium is not installed: apt-get install chromium"
    ),
]
ARGUMENTS = [
    "--no-sandbox",  # CI runs as root, which the sandbox refuses
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
SECONDS = 10

# What a browser complains about although nothing is wrong, and why.
KNOWN_ERRORS = {
    # Both keep the colour scheme in localStorage["theme"], in words of their own.
    "Got invalid theme mode: system": "Django's admin reads what Reflex wrote",
    'Invalid color mode "auto"': "Reflex reads what Django's admin wrote",
}

SCRIPTS_SEE = "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])"


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Playwright has an event loop running as long as this lasts: no async test meanwhile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=EXECUTABLE, args=[*ARGUMENTS, *arguments]
        )
        yield browser
        browser.close()


@contextmanager
def visitor(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A browser of their own, with tabs; at its end no tab has had an error nobody expects."""
    expect.set_options(timeout=SECONDS * 1000)
    context = browser.new_context(**options)
    context.set_default_timeout(SECONDS * 1000)
    errors: list[str] = []
    context.on("console", lambda said: said.type == "error" and errors.append(said.text))
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    unexpected = [error for error in errors if not error.startswith(tuple(KNOWN_ERRORS))]
    assert not unexpected, unexpected


def fill_in_login(tab: Page) -> None:
    tab.fill("#id_username", "demo")
    tab.fill("#id_password", "demo")
    tab.click("[type=submit]")


def log_in(tab: Page, address: str) -> None:
    """Log in through Django's admin, on the way to the shop's home page."""
    tab.goto(f"{address}/admin/login/?next=/")
    fill_in_login(tab)
    greets(tab, "demo")


def greets(tab: Page, name: str) -> None:
    expect(tab.locator("#greeting")).to_have_text(f"Hi, {name}")


def shows_count(tab: Page, count: int) -> None:
    expect(tab.locator("#cart-count")).to_have_text(str(count))


def add_to_cart(tab: Page, name: str) -> None:
    tab.locator("[data-product]", has_text=name).get_by_role("button").click()


def add_as_new_visitor(tab: Page, name: str) -> None:
    """Add to the cart; the session this makes arrives in the browser by a request of its own."""
    with tab.expect_response("**/_event_cookies") as cookies:
        add_to_cart(tab, name)
    assert cookies.value.status == 204


def django_says(tab: Page, address: str) -> tuple[str, dict[str, int]]:
    """Return whom the ordinary Django view sees in this browser, and what is in their cart."""
    cart = tab.request.get(f"{address}/cart/json/").json()
    return cart["user"], {line["product"]: line["quantity"] for line in cart["lines"]}
