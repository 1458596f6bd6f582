"""The shop in two languages: pages, handlers and Django's own views agree on the visitor's."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chromium import (
    add_to_cart,
    fill_in_login,
    greets,
    in_chromium,
    shows_count,
    visitor,
)

pytestmark = in_chromium


def is_german(tab: Page, name: str = "Gast") -> None:
    expect(tab).to_have_title("Teeladen")
    expect(tab.locator("#greeting")).to_have_text(f"Guten Tag, {name}")
    expect(tab.locator("[lang=de]").first).to_be_visible()
    teapot = tab.locator("[data-product]", has_text="Teapot")
    expect(teapot).to_contain_text("24,90 €")
    expect(teapot.get_by_role("button")).to_have_text("In den Warenkorb")


def is_english(tab: Page, name: str = "guest") -> None:
    expect(tab).to_have_title("Tea shop")
    greets(tab, name)
    expect(tab.locator("[lang=en]").first).to_be_visible()
    teapot = tab.locator("[data-product]", has_text="Teapot")
    expect(teapot).to_contain_text("€24.90")
    expect(teapot.get_by_role("button")).to_have_text("Add to cart")


def test_each_visitor_has_the_language_that_their_browser_prefers(
    browser: Browser, tab: Page, shop: str
) -> None:
    with visitor(browser, locale="de-AT") as german:
        other = german.new_page()
        for page in (other, tab):
            page.goto(shop)
        is_german(other)
        is_english(tab)
        for page in (other, tab):
            add_to_cart(page, "Teapot")
        expect(other.get_by_role("status")).to_have_text(["Teapot liegt in Ihrem Warenkorb."])
        expect(tab.get_by_role("status")).to_have_text(["Teapot is in your cart."])


def test_a_language_chosen_on_a_page_is_djangos_too_and_lasts(tab: Page, shop: str) -> None:
    tab.goto(shop)
    is_english(tab)
    tab.click("#language-de")
    is_german(tab)
    tab.goto(f"{shop}/admin/login/?next=/")
    expect(tab.get_by_text("Benutzername:")).to_be_visible()
    fill_in_login(tab)
    is_german(tab, "demo")
    tab.click("#language-en")
    is_english(tab, "demo")
    tab.reload()
    is_english(tab, "demo")


@pytest.mark.parametrize("page", ["/", "/cart", "/account", "/login"])
def test_no_page_is_wider_than_a_phone(browser: Browser, shop: str, page: str) -> None:
    phone = {"width": 360, "height": 740}
    with visitor(browser, locale="de-DE", viewport=phone) as context:
        tab = context.new_page()
        tab.goto(f"{shop}{page}")
        if page == "/account":
            fill_in_login(tab)
        expect(tab.locator("#language-en")).to_be_visible()
        shows_count(tab, 0)
        assert tab.evaluate("document.documentElement.scrollWidth") == phone["width"]
