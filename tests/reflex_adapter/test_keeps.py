"""What may be declared with ``keeps``: vars that are the class's own."""

from __future__ import annotations

from typing import Any

import pytest
import reflex as rx

from reflex_adapter.state import AppState, keeps
from tests.probe.keeping import BelowState, KeepingState


class KeepingMixin(rx.State, mixin=True):
    mixed: str = ""


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (KeepingState, ["nothing"]),
        (KeepingState, ["theme", "lists"]),
        (KeepingState, ["fill"]),
        (KeepingState, []),
        (BelowState, ["theme"]),
        (AppState, ["is_hydrated"]),
        (KeepingMixin, ["mixed"]),
        (dict, ["keys"]),
    ],
)
def test_what_is_no_var_of_the_class_itself_cannot_be_kept(state: Any, names: list[str]) -> None:
    with pytest.raises(TypeError, match=r"name vars that this class itself declares"):
        keeps(*names)(state)
