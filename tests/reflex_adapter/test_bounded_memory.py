"""What clients say is not remembered where it is long: ever new words would fill the memory."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable

import pytest

from reflex_adapter.codings import best_coding
from reflex_adapter.django_led_app import app
from reflex_adapter.page_claims import are_claims
from reflex_adapter.page_guards import guards_of_path

TIMES, LONG, MESSAGE = 50, 15_000, 1_000_000
LITTLE = 100_000  # bytes: less than the claims of ten


def ask_for_a_page(number: int) -> None:
    guards_of_path(f"/{number}" + "x" * LONG)


def name_codings(number: int) -> None:
    best_coding(",".join(f"{number}x{each}" for each in range(LONG // 8)), ("br", "gzip"))


def claim_a_page(number: int) -> None:
    are_claims({"asPath": f"/{number}" + "x" * MESSAGE})


def be_on_a_page(number: int) -> None:
    app.router(f"/{number}" + "x" * LONG)


@pytest.mark.parametrize("say", [ask_for_a_page, name_codings, claim_a_page, be_on_a_page])
def test_what_a_client_says_at_length_is_forgotten(say: Callable[[int], None]) -> None:
    say(0)
    tracemalloc.start()
    try:
        for number in range(1, TIMES):
            say(number)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < LITTLE
    finally:
        tracemalloc.stop()
