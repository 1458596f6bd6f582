"""What the browser gets of Django's own kinds of values in a var."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, override
from reflex.utils.format import json_dumps

from reflex_adapter.state import AppState  # noqa: F401 - importing it is all that authors do

YES = gettext_lazy("Yes")


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (YES, '"Oui"'),
        ([YES, {"a": YES}], '["Oui", {"a": "Oui"}]'),
        (format_lazy("{}!", YES), '"Oui!"'),
        (reverse_lazy("admin:index"), '"/admin/"'),
    ],
)
def test_lazy_text_is_text_of_the_moment(value: Any, sent: str) -> None:
    with override("fr"):
        assert json_dumps(value) == sent


@pytest.mark.parametrize("value", [User(username="ada"), User.objects.all()])
def test_models_and_querysets_are_null(value: Any) -> None:
    assert json_dumps(value) == "null", "The README says so; now it may say what they are."
