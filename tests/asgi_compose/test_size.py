"""The package is meant to be read in one sitting."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import pytest

import asgi_compose

MODULES = sorted(Path(asgi_compose.__file__).parent.glob("*.py"))
NO_CODE = {tokenize.COMMENT, tokenize.ENDMARKER}
OWNERS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def lines_of_code(source: str) -> int:
    """Count the lines that hold code: not those of docstrings, and no comment or blank line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    code: set[int] = set()
    for token in tokens:
        if token.type not in NO_CODE and token.string.strip():
            code.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, OWNERS) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            code.difference_update(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
    return len(code)


def test_only_lines_that_hold_code_are_counted() -> None:
    source = '''"""One line of words."""

# A comment.
def f(
    x: int,  # counts, for what stands before
) -> str:
    """Words
    in two lines."""

    return """text

    that counts: three lines"""
'''
    assert lines_of_code(source) == 6


def test_the_package_is_under_450_lines_without_docstrings() -> None:
    assert sum(lines_of_code(module.read_text()) for module in MODULES) < 450


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_is_under_200_lines_with_all_its_words(module: Path) -> None:
    assert len(module.read_text().splitlines()) < 200
