"""What ``manage.py check`` says of settings that are allowed and unsafe."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from django.test import override_settings

from reflex_adapter.conf import SECTIONS
from reflex_adapter.urls import reflex_mount
from tests.reflex_adapter.checking import found, messages, urlconf

LIMITS = [
    (f"REFLEX_DJANGO_{section}_{limit.name}".upper(), limit)
    for section, kind in SECTIONS.items()
    for limit in fields(kind)
]


ADVISED = [(name, limit) for name, limit in LIMITS if limit.metadata["advised"]]


@pytest.mark.parametrize(("name", "limit"), ADVISED, ids=[name for name, _ in ADVISED])
def test_a_limit_that_limits_little_is_warned_of(name: str, limit: Any) -> None:
    advised: int = limit.metadata["advised"]
    assert limit.default <= advised
    with override_settings(**{name: advised}):
        assert found() == []
    with override_settings(**{name: advised + 1}):
        [warning] = messages()
    assert (warning.id, name in warning.msg) == ("reflex_adapter.W003", True)
    assert str(advised) in str(warning.hint)


@pytest.mark.parametrize(("name", "limit"), LIMITS, ids=[name for name, _ in LIMITS])
def test_one_out_of_its_range_is_an_error_by_name(name: str, limit: Any) -> None:
    with override_settings(**{name: 0}):
        [error] = messages()
    assert (error.id, name in error.msg) == ("reflex_adapter.E001", True)


@pytest.mark.parametrize(
    ("origins", "debug", "said"),
    [
        (["*"], False, ["E002"]),
        ("*", False, ["E002"]),
        (["*"], True, ["W004"]),
        (["https://friend.example"], False, ["W004"]),
        ([], False, []),
    ],
)
def test_origins_for_reflex_are_reported(origins: Any, debug: bool, said: list[str]) -> None:
    mounted = reflex_mount(app_name="shop", rx_config={"cors_allowed_origins": origins})
    with urlconf(mounted), override_settings(DEBUG=debug):
        assert found() == said


@pytest.mark.parametrize("origin", ["http://friend.example", "https://*.friend.example"])
def test_doubtful_origins_are_warned_of_on_deployment(origin: str) -> None:
    with override_settings(CSRF_TRUSTED_ORIGINS=["https://friend.example", origin]):
        assert found() == []
        [warning] = [it for it in messages(deploy=True) if origin in it.msg]
    assert warning.id == "reflex_adapter.W005"
