"""A WebSocket keeps the cookies it began with, while another tab logs in or out."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.chromium import (
    add_as_new_visitor,
    add_to_cart,
    django_says,
    greets,
    in_chromium,
    log_in,
    shows_count,
)

pytestmark = in_chromium


@pytest.mark.parametrize("cart", [{}, {"teapot": 1}], ids=["no session yet", "a guest's session"])
def test_an_event_of_a_tab_that_knows_of_no_login_does_not_undo_it(
    tab: Page, shop: str, context: BrowserContext, cart: dict[str, int]
) -> None:
    tab.goto(shop)
    greets(tab, "guest")
    if cart:
        add_as_new_visitor(tab, "Teapot")
    log_in(context.new_page(), shop)

    with tab.expect_response("**/_event_cookies"), tab.expect_event("websocket"):
        add_to_cart(tab, "Tea cup")  # its socket is closed, and comes back with the new cookies
    assert django_says(tab, shop) == ("demo", cart)
    greets(tab, "demo")

    add_to_cart(tab, "Green tea")
    shows_count(tab, sum(cart.values()) + 1)
    assert django_says(tab, shop) == ("demo", {**cart, "green-tea": 1})
    tab.reload()
    greets(tab, "demo")


def test_a_tab_of_a_user_who_logged_out_in_another_is_a_guests(
    tab: Page, shop: str, context: BrowserContext
) -> None:
    log_in(tab, shop)
    other = context.new_page()
    other.goto(f"{shop}/account")
    other.locator("#logout").click()
    greets(other, "guest")
    with tab.expect_response("**/_event_cookies"):
        add_to_cart(tab, "Tea cup")
    greets(tab, "guest")
    assert django_says(tab, shop)[0] == ""


def test_two_tabs_share_one_cart(tab: Page, shop: str, context: BrowserContext) -> None:
    log_in(tab, shop)
    other = context.new_page()
    other.goto(shop)
    greets(other, "demo")
    add_to_cart(tab, "Teapot")
    shows_count(tab, 1)
    add_to_cart(other, "Tea cup")
    shows_count(other, 2)
    add_to_cart(tab, "Green tea")
    shows_count(tab, 3)
    assert django_says(tab, shop)[1] == {"teapot": 1, "tea-cup": 1, "green-tea": 1}
