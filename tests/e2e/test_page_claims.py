"""What Reflex's real page says of where it is counts as what a page may say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocket

from reflex_adapter.page_claims import are_claims
from tests.e2e.chromium import SECONDS, add_to_cart, in_chromium

pytestmark = in_chromium

PAGES = {
    "/": "/",
    "/cart": "/cart",
    "/cart/?a=b&a=c&%22=%5C#d?e": "/cart/",
    "/product/caf%C3%A9%20b": "/product/caf%C3%A9%20b",
    "/caf\u00e9/../product/./%2e/x": "/product/x",
}
STEP = 50  # milliseconds


class Said:
    """What a tab says of its pages, and how often it was answered."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.claims: list[dict[str, Any]] = []
        self.answers = 0
        tab.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, frame: str | bytes) -> None:
        packet, _, data = str(frame).partition(",")
        if packet == "40/_event":
            self.claims.append(json.loads(data)["event"]["router_data"])
        elif packet == "42/_event":
            self.claims.append(json.loads(data)[1]["router_data"])

    def _received(self, frame: str | bytes) -> None:
        self.answers += str(frame).startswith('42/_event,["event"')

    def wait_for_an_answer(self) -> None:
        """Wait until events are answered, as none is that is refused."""
        before = self.answers
        for _ in range(SECONDS * 1000 // STEP):
            if self.answers > before:
                return
            self.tab.wait_for_timeout(STEP)
        raise AssertionError(f"Not answered: {self.claims}")


@pytest.mark.parametrize(("url", "path"), PAGES.items())
def test_each_page_says_where_it_is(tab: Page, shop: str, url: str, path: str) -> None:
    said = Said(tab)
    tab.goto(shop + url, wait_until="commit")
    said.wait_for_an_answer()
    assert {claims["pathname"] for claims in said.claims} == {path}
    assert all(are_claims(claims) for claims in said.claims), said.claims


def test_so_does_one_that_is_not_there(browser: Browser, shop: str) -> None:
    with browser.new_context() as context:  # whose console says that it is not there
        tab = context.new_page()
        said = Said(tab)
        tab.goto(f"{shop}/no/such/page", wait_until="commit")
        said.wait_for_an_answer()
    assert {claims["pathname"] for claims in said.claims} == {"/no/such/page"}


def test_so_does_one_that_was_navigated_to(tab: Page, shop: str) -> None:
    said = Said(tab)
    tab.goto(f"{shop}/?a=b", wait_until="commit")
    said.wait_for_an_answer()
    tab.evaluate("history.replaceState(history.state, '', '?x=\\\\y#z w')")
    add_to_cart(tab, "Teapot")
    said.wait_for_an_answer()
    tab.get_by_role("link", name="Cart").click()
    said.wait_for_an_answer()
    assert {claims["pathname"] for claims in said.claims} == {"/", "/cart"}
    assert "/?x=\\y#z%20w" in [claims["asPath"] for claims in said.claims]
    assert all(are_claims(claims) for claims in said.claims), said.claims
