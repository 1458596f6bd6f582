"""What ``manage.py check`` says of settings that events cannot fulfil."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.checks import run_checks
from django.db import connections
from django.test import override_settings

TAG = "reflex_adapter"


@pytest.fixture
def atomic_requests() -> Iterator[None]:
    options = connections.settings["default"]
    before = options["ATOMIC_REQUESTS"]
    options["ATOMIC_REQUESTS"] = True
    yield
    options["ATOMIC_REQUESTS"] = before


def test_atomic_requests_is_warned_of(atomic_requests: None) -> None:
    [warning] = run_checks(tags=[TAG])
    assert (warning.id, "default" in warning.msg) == ("reflex_adapter.W001", True)


def test_without_it_there_is_nothing_to_say() -> None:
    assert run_checks(tags=[TAG]) == []


def test_a_chain_that_does_not_run_is_warned_of() -> None:
    with override_settings(REFLEX_DJANGO_RUN_MIDDLEWARE_CHAIN=False):
        [warning] = run_checks(tags=[TAG])
    assert (warning.id, "SKIP" in (warning.hint or "")) == ("reflex_adapter.W002", True)
