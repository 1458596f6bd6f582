"""What can be guarded, and what a guard of nothing is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reflex_adapter.auth import group_required, login_required, permission_required


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: login_required(property(lambda self: 1)),
        lambda: login_required("a route"),  # type: ignore[type-var]
        lambda: login_required(type("NoState", (), {})),
        lambda: permission_required([]),
        lambda: permission_required(len),  # type: ignore[arg-type]
        lambda: group_required(),
        lambda: group_required(len),  # type: ignore[arg-type]
    ],
)
def test_what_would_guard_nothing_is_refused(wrong: Callable[[], Any]) -> None:
    with pytest.raises(TypeError):
        wrong()
