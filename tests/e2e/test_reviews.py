"""A review of a product: what Django's form has against it, in the visitor's language."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chromium import fill_in_login, in_chromium, visitor

pytestmark = in_chromium

REQUIRED = {"en": "This field is required.", "de": "Dieses Feld ist zwingend erforderlich."}
TOO_SHORT = {
    "en": "Ensure this value has at least 10 characters (it has 4).",
    "de": "Bitte sicherstellen, dass der Wert aus mindestens 10 Zeichen besteht. "
    "(Er besteht aus 4 Zeichen.)",
}
THANKS = {"en": "Thank you for your review.", "de": "Danke für Ihre Bewertung."}


def send(tab: Page, text: str, stars: str = "") -> None:
    if stars:
        tab.click("#rating")
        tab.get_by_role("option", name=stars, exact=True).click()
    tab.fill("#text", text)
    tab.click("#send")


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_review_is_kept_once_django_finds_it_valid(
    browser: Browser, shop: str, language: str
) -> None:
    with visitor(browser, locale=language) as context:
        tab = context.new_page()
        tab.goto(shop)
        tab.get_by_role("link", name="Black tea").click()
        tab.locator("#login-hint a").click()
        fill_in_login(tab)
        send(tab, "Good")
        expect(tab.locator("#rating-error")).to_have_text(REQUIRED[language])
        expect(tab.locator("#text-error")).to_have_text(TOO_SHORT[language])
        expect(tab.locator("#text")).to_have_value("Good")  # nothing has to be typed again

        send(tab, f"Good in {language}, and strong", "★★★★")
        expect(tab.get_by_role("status")).to_have_text([THANKS[language]])
        expect(tab.locator(".review")).to_have_count(1)  # of the one user, who may think again
        expect(tab.locator(".review")).to_contain_text(f"Good in {language}, and strong")
        expect(tab.locator("#text")).to_have_value("")
        expect(tab.get_by_role("alert")).to_have_count(0)
        tab.reload()
        expect(tab.locator(".review")).to_contain_text("★★★★")


def test_a_product_that_there_is_not_says_so_and_shows_no_other(tab: Page, shop: str) -> None:
    tab.goto(f"{shop}/product/teapot")
    expect(tab.get_by_role("heading", name="Teapot")).to_be_visible()
    tab.goto(f"{shop}/product/nothing")
    expect(tab.locator("#product-missing")).to_have_text("There is no such product.")
    expect(tab.locator("[data-product]")).to_have_count(0)
    tab.get_by_role("link", name="Tea shop").click()
    tab.get_by_role("link", name="Teapot").click()
    expect(tab.get_by_role("heading", name="Teapot")).to_be_visible()
    expect(tab.locator("#product-missing")).to_have_count(0)
