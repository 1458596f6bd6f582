"""One build works wherever it is served, because the page asks the origin it came from."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.chromium import add_as_new_visitor, django_says, greets, in_chromium, shows_count
from tests.e2e.conftest import Serve

pytestmark = in_chromium


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("kind", ["run_reflex", "uvicorn"])  # each with a port of its own
def test_events_reach_the_address_in_the_address_bar(
    tab: Page, serve: Serve, kind: str, host: str
) -> None:
    address = f"http://{host}:{serve(kind).port}"
    tab.goto(address)
    greets(tab, "guest")
    add_as_new_visitor(tab, "Teapot")
    shows_count(tab, 1)
    assert django_says(tab, address) == ("", {"teapot": 1})
