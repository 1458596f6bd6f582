"""A WebSocket keeps the cookies it began with, while another tab logs in or out."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.chromium import (
    SCRIPTS_SEE,
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
def test_a_login_in_one_tab_is_one_of_the_other_that_was_open(
    tab: Page, shop: str, context: BrowserContext, cart: dict[str, int]
) -> None:
    tab.goto(shop)
    greets(tab, "guest")
    if cart:
        add_as_new_visitor(tab, "Teapot")
    log_in(context.new_page(), shop)
    greets(tab, "demo")

    add_to_cart(tab, "Green tea")
    shows_count(tab, sum(cart.values()) + 1)
    assert django_says(tab, shop) == ("demo", {**cart, "green-tea": 1})
    tab.reload()
    greets(tab, "demo")


def test_the_first_things_that_two_tabs_of_a_guest_do_are_both_done(
    tab: Page, shop: str, context: BrowserContext
) -> None:
    other = context.new_page()
    for each in (tab, other):
        each.goto(shop)
        greets(each, "guest")
    with other.expect_event("websocket"):  # it comes back with the session of the first
        add_as_new_visitor(tab, "Teapot")
    shows_count(other, 1)
    add_to_cart(other, "Green tea")
    shows_count(other, 2)
    assert django_says(tab, shop) == ("", {"teapot": 1, "green-tea": 1})


def test_a_tab_of_a_user_who_logged_out_in_another_is_a_guests(
    tab: Page, shop: str, context: BrowserContext
) -> None:
    log_in(tab, shop)
    other = context.new_page()
    other.goto(f"{shop}/account")
    reopened: list[object] = []
    tab.on("websocket", lambda socket: reopened.append(socket))
    with tab.expect_event("websocket"):  # though nothing happens in this tab
        other.locator("#logout").click()
        greets(other, "guest")
    greets(tab, "guest")
    add_to_cart(tab, "Tea cup")
    shows_count(tab, 1)
    assert len(reopened) == 1
    assert django_says(tab, shop)[0] == ""


def test_a_duplicated_tab_becomes_a_tab_of_its_own(
    tab: Page, shop: str, context: BrowserContext
) -> None:
    tab.goto(shop)
    greets(tab, "guest")
    with context.expect_page() as opened:
        tab.evaluate("window.open(location.href)")  # with a copy of the session storage
    copy = opened.value
    greets(copy, "guest")
    copy.wait_for_function(f"sessionStorage.token !== {token_of(tab)!r}")
    tokens = [token_of(page) for page in (tab, copy)]

    for page in (copy, tab):
        page.reload()
        greets(page, "guest")
        add_to_cart(page, "Teapot")
        waits_for_session(context)
    shows_count(tab, 2)
    assert [token_of(page) for page in (tab, copy)] == tokens


def waits_for_session(context: BrowserContext) -> None:
    """Wait until the browser has the cookie, which a busy machine may bring late."""
    deadline = time.monotonic() + 10
    while not any(cookie["name"] == "sessionid" for cookie in context.cookies()):
        assert time.monotonic() < deadline
        context.pages[0].wait_for_timeout(50)


def token_of(page: Page) -> str:
    token: str = page.evaluate("sessionStorage.token")
    return token


def test_no_script_can_read_who_the_visitor_is(
    tab: Page, shop: str, context: BrowserContext
) -> None:
    tab.goto(shop)
    greets(tab, "guest")
    [cookie] = [cookie for cookie in context.cookies() if cookie.get("name") == "reflex_visitor"]
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Lax")
    assert str(cookie.get("value")).partition(":")[0] not in tab.evaluate(SCRIPTS_SEE)


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
