"""Login and logout on a page of Reflex, in real Chromium: what Django knows, and nobody else."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocket, expect

from tests.e2e.chromium import (
    SCRIPTS_SEE,
    add_as_new_visitor,
    add_to_cart,
    django_says,
    greets,
    in_chromium,
    shows_count,
)
from tests.e2e.conftest import Serve
from tests.e2e.servers import Server, manage

pytestmark = in_chromium

NEW_USERS = """
from django.contrib.auth.models import User
for name in ("alice", "bob"):
    if not User.objects.filter(username=name).exists():
        User.objects.create_user(name, f"{name}@example.com", f"password of {name}", is_staff=True)
"""


@pytest.fixture
def server(serve: Serve) -> Server:
    """The running shop, where alice and bob have accounts."""
    server = serve("run_reflex")
    manage("shell", "-c", NEW_USERS, SHOP_DATABASE=server.log.with_name("shop.sqlite3"))
    return server


@pytest.fixture
def packets(context: BrowserContext) -> list[str]:
    """Everything that goes over the WebSockets of any tab, in either direction."""
    packets: list[str] = []

    def keep(packet: str | bytes) -> None:
        packets.append(packet if isinstance(packet, str) else packet.decode("latin-1"))

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", keep)
        socket.on("framesent", keep)

    context.on("page", lambda page: page.on("websocket", listen))
    return packets


def fill_in(tab: Page, address: str, name: str) -> None:
    tab.goto(f"{address}/login")
    tab.fill("[name=username]", name)
    tab.fill("[name=password]", f"password of {name}")
    tab.click("#log-in")
    expect(tab.locator("#username")).to_have_text(name)


def log_out(tab: Page, address: str) -> None:
    tab.goto(f"{address}/login")
    tab.click("#log-out")
    greets(tab, "guest")


def secrets(context: BrowserContext) -> list[str]:
    """The values of the cookies that scripts must not see, as they are now."""
    return [cookie["value"] for cookie in context.cookies() if cookie["httpOnly"]]


def test_who_logs_in_on_a_page_is_logged_in_to_the_admin(
    packets: list[str], tab: Page, server: Server, context: BrowserContext
) -> None:
    seen: list[str] = []
    keys: set[str] = set()

    def look() -> None:
        seen.append(tab.evaluate(SCRIPTS_SEE))
        keys.update(secrets(context))

    fill_in(tab, server.address, "alice")
    look()
    [session] = [it for it in context.cookies() if it["name"] == "sessionid"]
    assert (session["httpOnly"], session["sameSite"]) == (True, "Lax")
    tab.goto(f"{server.address}/admin/")
    assert tab.url == f"{server.address}/admin/"
    expect(tab.locator("#user-tools")).to_contain_text("alice")
    tab.goto(server.address)
    greets(tab, "alice")
    add_to_cart(tab, "Teapot")
    shows_count(tab, 1)
    look()
    log_out(tab, server.address)
    look()
    assert django_says(tab, server.address) == ("", {})

    everything = [*packets, *seen, server.output]
    assert any("alice@example.com" in packet for packet in packets)
    assert len(keys) >= 1
    assert not [text for text in everything for key in keys if key in text]
    assert not [text for text in [*packets, *seen] if "sessionid" in text]


def test_a_login_that_fails_says_so_and_changes_nothing(
    tab: Page, server: Server, context: BrowserContext
) -> None:
    tab.goto(server.address)
    add_as_new_visitor(tab, "Teapot")
    before = secrets(context)
    tab.goto(f"{server.address}/login")
    tab.fill("[name=username]", "bob")
    tab.fill("[name=password]", "a guess")
    tab.click("#log-in")
    expect(tab.get_by_role("alert")).to_have_text("That is not right.")
    expect(tab.locator("[name=username]")).to_have_value("bob")
    expect(tab.locator("[name=password]")).to_have_value("")
    assert secrets(context) == before
    assert django_says(tab, server.address) == ("", {"teapot": 1})


def test_the_page_offers_to_log_in_or_out_and_never_both(tab: Page, server: Server) -> None:
    tab.goto(f"{server.address}/login")
    expect(tab.locator("#log-in")).to_be_visible()
    expect(tab.locator("#log-out")).to_have_count(0)
    fill_in(tab, server.address, "alice")
    tab.goto(f"{server.address}/login")
    expect(tab.locator("#who")).to_have_text("alice")
    expect(tab.locator("#log-out")).to_be_visible()
    expect(tab.locator("#log-in")).to_have_count(0)


def test_the_next_event_of_another_tab_is_anonymous_after_a_logout(
    tab: Page, server: Server, context: BrowserContext
) -> None:
    fill_in(tab, server.address, "alice")
    other = context.new_page()
    other.goto(server.address)
    greets(other, "alice")
    log_out(tab, server.address)
    add_to_cart(other, "Tea cup")
    greets(other, "guest")
    assert django_says(other, server.address)[0] == ""


def test_nothing_of_alice_is_sent_to_bob_who_takes_over_her_tab(
    packets: list[str], tab: Page, server: Server
) -> None:
    fill_in(tab, server.address, "alice")
    tab.goto(server.address)
    add_to_cart(tab, "Teapot")
    shows_count(tab, 1)
    tab.goto(f"{server.address}/login")
    expect(tab.locator("#log-out")).to_be_visible()
    before = json.dumps(packets)
    assert "Teapot is in your cart." in before
    assert "alice@example.com" in before
    tab.wait_for_timeout(300)  # for what she was still to be sent
    packets.clear()

    tab.click("#log-out")
    greets(tab, "guest")
    shows_count(tab, 0)
    fill_in(tab, server.address, "bob")
    tab.goto(server.address)
    greets(tab, "bob")
    shows_count(tab, 0)
    add_to_cart(tab, "Tea cup")
    shows_count(tab, 1)
    after = json.dumps(packets)
    assert "bob@example.com" in after
    assert "alice" not in after
    assert "Teapot is in your cart." not in after
