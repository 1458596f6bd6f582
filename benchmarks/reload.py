"""Seconds from saving a file to seeing the change: under ``run_reflex``, and under ``runserver``.

Chromium has a page of the shop open, with its sockets, while a page and a handler of it are edited
in turn. Django's own ``runserver`` serves another copy of the shop, and is asked for a view again
and again: that is the limit, since it has no page to compile and none to show.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.harness import SEED, Effort, Ratio, Report, Row, Spread, environment
from benchmarks.reload_served import Served, developed, run_by_django

DJANGO, PAGE, HANDLER = "runserver, a view", "run_reflex, a page", "run_reflex, a handler"
ROUNDS = 10
LIMIT = 2.5  # seconds
PAUSE = 1.5  # seconds after a change, and up to one more: autoreloaders look at certain times
PATIENCE = 60.0  # seconds

HEADING = "rx.heading(ShopState.greeting"
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


def measure(effort: Effort) -> Report:
    rounds = ROUNDS if effort.runs > 1 else 1
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        django = stack.enter_context(run_by_django(folder / "django"))
        reflex = stack.enter_context(developed(folder / "reflex"))
        tab = stack.enter_context(open_page(reflex.address))
        took = in_turn(changes(django, reflex, tab), rounds)
    rows = [
        Row("From saving to seeing", name, "s", "s", Spread.of(it)) for name, it in took.items()
    ]
    edited = {"page": PAGE, "handler": HANDLER}
    ratios = [
        *(
            Ratio(f"{name}_vs_django", pairs(took[row], took[DJANGO]))
            for name, row in edited.items()
        ),
        *(
            Ratio(f"seconds_to_a_{name}", Spread.of(took[row]), at_most=LIMIT)
            for name, row in edited.items()
        ),
    ]
    return Report("reload", ratios, rows, environment("Django", "reflex", "hypercorn"))


@contextmanager
def open_page(address: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        tab = browser.new_page()
        tab.goto(address)
        seen(tab, "#greeting", "Hi, ")
        yield tab
        browser.close()


def changes(django: Served, reflex: Served, tab: Page) -> dict[str, Callable[[int], None]]:
    """Return what saves a change, and comes back when it is to be seen."""

    def view(number: int) -> None:
        django.edit("api.py", '"count":', f'"edited": "view {number}", "count":')
        django.wait_until_it_says(f"view {number}", PATIENCE)

    def page(number: int) -> None:
        reflex.edit("views.py", HEADING, f"rx.text('page {number}', id='new'), {HEADING}")
        seen(tab, "#new", f"page {number}")

    def handler(number: int) -> None:
        reflex.edit("states.py", "Hi, ", f"Handler {number}, ")
        seen(tab, "#greeting", f"Handler {number}, ")

    return {DJANGO: view, PAGE: page, HANDLER: handler}


def seen(tab: Page, selector: str, text: str) -> None:
    tab.wait_for_selector(f"{selector}:has-text('{text}')", timeout=PATIENCE * 1000)


def in_turn(kinds: dict[str, Callable[[int], None]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds that each change of each kind took; the first of each is not counted."""
    shuffled = random.Random(SEED)
    took: dict[str, list[float]] = {name: [] for name in kinds}
    for number in range(rounds + 1):
        for name, change in kinds.items():
            time.sleep(PAUSE + shuffled.random())
            began = time.perf_counter()
            change(number)
            if number:
                took[name].append(time.perf_counter() - began)
    return took


def pairs(ours: list[float], theirs: list[float]) -> Spread:
    return Spread.of(a / b for a, b in zip(ours, theirs, strict=True))
