"""The package is meant to be read in one sitting."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import asgi_compose

MODULES = sorted(Path(asgi_compose.__file__).parent.glob("*.py"))


def statements(source: str) -> int:
    """Count lines of code as they were thought of, however the formatter breaks them."""
    return sum(
        isinstance(node, ast.stmt)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in ast.walk(ast.parse(source))
    )


def test_the_package_is_under_450_lines_of_code() -> None:
    assert sum(statements(module.read_text()) for module in MODULES) < 450


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_is_under_200_lines_with_all_its_words(module: Path) -> None:
    assert len(module.read_text().splitlines()) < 200
