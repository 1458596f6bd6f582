"""The development loop, as a person has it who looks at the page while editing it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chromium import in_chromium
from tests.e2e.edited import SECONDS, EditedShop, original

pytestmark = in_chromium

HEADING = "rx.heading(ShopState.greeting"


@pytest.fixture
def home(browser: Browser, project: EditedShop) -> Iterator[Page]:
    """The home page; at its end it has asked nobody but the one port, and React is content."""
    tab = browser.new_page()
    asked: set[str] = set()
    tab.on("request", lambda request: asked.add(urlsplit(request.url).netloc))  # "" of data:
    tab.on("websocket", lambda it: asked.add(urlsplit(it.url).netloc))
    said: list[str] = []
    tab.on("console", lambda it: it.type == "error" and said.append(it.text))
    tab.goto(project.server.address)
    shows(tab, "#greeting", "Hi, guest")
    yield tab
    tab.close()
    assert not [text for text in said if "React" in text or "ydrat" in text]
    assert asked - {""} == {urlsplit(project.server.address).netloc}


def shows(tab: Page, selector: str, text: str) -> None:
    expect(tab.locator(selector)).to_contain_text(text, timeout=SECONDS * 1000)


def test_a_saved_page_is_shown(home: Page, project: EditedShop) -> None:
    project.edit("views.py", HEADING, f"rx.text('first', id='new'),\n        {HEADING}")
    shows(home, "#new", "first")
    project.edit("views.py", HEADING, f"rx.text('second', id='new'),\n        {HEADING}")
    shows(home, "#new", "second")


def test_a_saved_handler_is_run(home: Page, project: EditedShop) -> None:
    project.edit("states.py", "Hi, ", "Ho, ")
    shows(home, "#greeting", "Ho, guest")
    home.locator("[data-product]", has_text="Teapot").get_by_role("button").click()
    shows(home, "#cart-count", "1")


def test_a_saved_state_is_shown_and_the_terminal_is_quiet(home: Page, project: EditedShop) -> None:
    text = (project.folder / "shop" / "states.py").read_text()
    before = len(project.server.output)
    for number in range(
        3
    ):  # the page may be faster than the server's answer, and then says nothing
        name = f"New{number}State"
        project.save("states.py", f"{text}\n\nclass {name}(ShopState):\n    new: str = '{name}'\n")
        views = f"from shop import states\n{original('views.py')}"
        shown = f"rx.text(states.{name}.new, id='new'),\n        {HEADING}"
        project.save("views.py", views.replace(HEADING, shown))
        shows(home, "#new", name)
        shows(home, "#greeting", "Hi, guest")
    said = project.server.output[before:]
    assert "substate" not in said
    assert "does not match" not in said


def test_a_new_page_is_there(home: Page, project: EditedShop) -> None:
    text = (project.folder / "shop" / "views.py").read_text()
    page = "@template(route='/late')\ndef late():\n    return rx.text('I am late', id='late')\n"
    project.save("views.py", f"{text}\n\n{page}")
    shows(home, "#greeting", "Hi, guest")
    expect(home.locator("#late")).to_have_count(0)
    home.goto(f"{project.server.address}/late")
    shows(home, "#late", "I am late")


def test_a_page_that_was_being_loaded_meanwhile_is_loaded_again(
    home: Page, project: EditedShop
) -> None:
    for number in range(5):
        home.goto(project.server.address, wait_until="commit")
        project.edit("states.py", "Hi, ", f"Ho{number}, ")
    shows(home, "#greeting", "Ho4, guest")


@pytest.mark.parametrize("name", ["views.py", "models.py"])
def test_a_broken_file_is_shown_until_its_repair_is(
    home: Page, project: EditedShop, name: str
) -> None:
    project.edit(name, "\nfrom ", "\nfro ")
    shows(home, "h1", "SyntaxError")
    shows(home, "#what", f"shop/{name}, line ")
    project.edit(name, "\nfrom ", "\n\nfro ")  # still broken
    shows(home, "#what", f"shop/{name}, line ")
    project.restore()
    shows(home, "#greeting", "Hi, guest")


def test_a_handler_that_works_for_long_does_not_keep_it(home: Page, project: EditedShop) -> None:
    working = "        import time\n        time.sleep(60)\n"
    body = "    def add_to_cart(self, product_id: int):\n"
    project.edit("states.py", body, body + working)
    project.edit("views.py", HEADING, f"rx.text('slow', id='new'),\n        {HEADING}")
    shows(home, "#new", "slow")
    home.locator("[data-product]", has_text="Teapot").get_by_role("button").click()
    project.edit("views.py", HEADING, f"rx.text('new', id='new'),\n        {HEADING}")
    shows(home, "#new", "new")
