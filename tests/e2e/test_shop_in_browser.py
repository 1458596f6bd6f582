"""What a visitor of the shop sees, in real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.chromium import (
    KNOWN_ERRORS,
    SCRIPTS_SEE,
    add_as_new_visitor,
    add_to_cart,
    django_says,
    fill_in_login,
    greets,
    in_chromium,
    log_in,
    shows_count,
)
from tests.e2e.servers import ROOT

pytestmark = in_chromium


def session_key(context: BrowserContext) -> str:
    [key] = [cookie["value"] for cookie in context.cookies() if cookie["name"] == "sessionid"]
    return key


def test_the_shop_greets_who_is_logged_in_and_keeps_their_cart(tab: Page, shop: str) -> None:
    tab.goto(shop)
    greets(tab, "guest")
    log_in(tab, shop)
    add_to_cart(tab, "Teapot")
    shows_count(tab, 1)
    add_to_cart(tab, "Green tea")
    shows_count(tab, 2)
    tab.reload()
    greets(tab, "demo")
    shows_count(tab, 2)
    assert django_says(tab, shop) == ("demo", {"teapot": 1, "green-tea": 1})


def test_a_message_is_shown_for_the_event_that_brings_it(tab: Page, shop: str) -> None:
    tab.goto(shop)
    add_to_cart(tab, "Teapot")
    expect(tab.get_by_role("status")).to_have_text(["Teapot is in your cart."])
    add_to_cart(tab, "Tea cup")
    expect(tab.get_by_role("status")).to_have_text(["Tea cup is in your cart."])
    tab.get_by_role("link", name="Cart").click()
    expect(tab.locator("#cart-total")).to_be_visible()
    expect(tab.get_by_role("status")).to_have_count(0)


def top_of(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["y"]


@pytest.mark.parametrize("name", ["Black tea", "Teapot"])  # the first and the last of the page
def test_a_message_is_in_sight_of_who_scrolled_down_and_moves_nothing(
    tab: Page, shop: str, name: str
) -> None:
    tab.set_viewport_size({"width": 390, "height": 600})
    tab.goto(shop)
    button = tab.locator("[data-product]", has_text=name).get_by_role("button")
    button.scroll_into_view_if_needed()
    before = top_of(button)
    button.click()
    expect(tab.get_by_role("status")).to_be_in_viewport(ratio=1)
    assert top_of(button) == before


def test_where_a_message_would_be_the_page_can_be_clicked(tab: Page, shop: str) -> None:
    tab.set_viewport_size({"width": 390, "height": 600})
    tab.goto(shop)
    link = tab.get_by_role("link", name="Green tea")
    link.evaluate("it => scrollBy(0, it.getBoundingClientRect().top - 20)")
    tab.mouse.click(40, top_of(link) + 5)
    tab.wait_for_url(f"{shop}/product/green-tea")


def test_no_more_can_be_added_than_there_is_in_stock(tab: Page, shop: str) -> None:
    tab.goto(shop)
    for _ in range(3):
        add_to_cart(tab, "Tea strainer")
    expect(tab.get_by_role("status")).to_have_text(["No more of this in stock: Tea strainer."])
    shows_count(tab, 2)
    sold_out = tab.locator("[data-product]", has_text="Tea caddy")
    expect(sold_out.get_by_role("button")).to_be_disabled()


def test_the_cart_of_a_guest_lasts(tab: Page, shop: str) -> None:
    tab.goto(shop)
    add_as_new_visitor(tab, "Teapot")
    shows_count(tab, 1)
    tab.reload()
    greets(tab, "guest")
    shows_count(tab, 1)
    assert django_says(tab, shop) == ("", {"teapot": 1})


def test_the_cart_of_a_guest_lasts_even_if_they_reload_at_once(tab: Page, shop: str) -> None:
    tab.goto(shop)
    greets(tab, "guest")
    add_to_cart(tab, "Teapot")
    shows_count(tab, 1)
    tab.reload()
    greets(tab, "guest")
    shows_count(tab, 1)


def test_the_cart_of_a_guest_is_theirs_after_logging_in(tab: Page, shop: str) -> None:
    tab.goto(shop)
    add_as_new_visitor(tab, "Teapot")
    log_in(tab, shop)
    shows_count(tab, 1)
    assert django_says(tab, shop) == ("demo", {"teapot": 1})


def test_another_visitor_has_a_cart_of_their_own(
    tab: Page, shop: str, context: BrowserContext
) -> None:
    tab.goto(shop)
    add_as_new_visitor(tab, "Teapot")
    context.clear_cookies()
    stranger = context.new_page()
    stranger.goto(shop)
    greets(stranger, "guest")
    shows_count(stranger, 0)


def test_the_cart_page_shows_the_cart_and_takes_things_out(tab: Page, shop: str) -> None:
    tab.goto(shop)
    for name in ("Teapot", "Tea cup"):
        add_to_cart(tab, name)
        expect(tab.get_by_role("status")).to_have_text([f"{name} is in your cart."])
    tab.get_by_role("link", name="Cart").click()
    expect(tab.locator("#cart-total")).to_have_text("€33.40")
    tab.get_by_role("row", name="Tea cup").get_by_role("button").click()
    expect(tab.locator("#cart-total")).to_have_text("€24.90")
    tab.get_by_role("row", name="Teapot").get_by_role("button").click()
    expect(tab.locator("#cart-empty")).to_be_visible()
    shows_count(tab, 0)
    assert django_says(tab, shop) == ("", {})


def test_the_account_page_shows_who_is_logged_in_until_they_log_out(tab: Page, shop: str) -> None:
    add_product = tab.get_by_role("link", name="Add a product")  # for who may
    tab.goto(f"{shop}/account?a=1")
    assert tab.url == f"{shop}/admin/login/?next=/account%3Fa%3D1"
    fill_in_login(tab)
    tab.wait_for_url(f"{shop}/account?a=1")
    expect(tab.locator("#username")).to_have_text("demo")
    expect(tab.locator("#email")).to_have_text("demo@example.com")
    expect(tab.locator("#staff")).to_be_visible()
    expect(add_product).to_be_visible()
    tab.locator("#logout").click()
    greets(tab, "guest")
    assert django_says(tab, shop) == ("", {})
    expect(add_product).to_have_count(0)


def test_who_goes_to_a_guarded_page_within_the_app_logs_in_and_is_there(
    tab: Page, shop: str
) -> None:
    tab.goto(shop)
    greets(tab, "guest")
    tab.get_by_role("link", name="Account").click()
    tab.wait_for_url(f"{shop}/admin/login/?next=/account")
    fill_in_login(tab)
    tab.wait_for_url(f"{shop}/account")
    expect(tab.locator("#username")).to_have_text("demo")


def test_who_would_rather_not_log_in_goes_back_to_where_they_were(tab: Page, shop: str) -> None:
    tab.goto(f"{shop}/cart")
    empty = tab.locator("#cart-empty")
    expect(empty).to_be_visible()
    tab.get_by_role("link", name="Account").click()
    tab.wait_for_url(f"{shop}/admin/login/?next=/account")
    tab.go_back()
    tab.wait_for_url(f"{shop}/cart")
    expect(empty).to_be_visible()


def test_what_the_console_says_between_shop_and_admin_is_known(tab: Page, shop: str) -> None:
    errors: list[str] = []
    tab.on("console", lambda said: said.type == "error" and errors.append(said.text))
    for _ in range(2):
        tab.goto(shop)
        greets(tab, "guest")
        tab.goto(f"{shop}/admin/login/")
    assert len(errors) == len(KNOWN_ERRORS)
    for known in KNOWN_ERRORS:
        assert [error for error in errors if error.startswith(known)]
        assert f"`{known}`" in (ROOT / "README.md").read_text()


def test_no_script_and_no_packet_ever_has_the_session_key(
    tab: Page, shop: str, context: BrowserContext
) -> None:
    packets: list[str] = []

    def keep(packet: str | bytes) -> None:
        packets.append(str(packet))

    tab.on("websocket", lambda ws: (ws.on("framereceived", keep), ws.on("framesent", keep)))
    tab.goto(shop)
    add_as_new_visitor(tab, "Teapot")
    keys = [session_key(context)]
    packets.append(tab.evaluate(SCRIPTS_SEE))
    log_in(tab, shop)
    keys.append(session_key(context))
    add_to_cart(tab, "Tea cup")
    shows_count(tab, 2)
    packets.append(tab.evaluate(SCRIPTS_SEE))
    assert any("Tea cup is in your cart." in packet for packet in packets)
    assert not [packet for packet in packets for key in keys if key in packet]
    assert not [packet for packet in packets if "sessionid" in packet]
