"""That each promise we publish names a test, and that the test is there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.fresh import ROOT

PAGE = "docs/promises.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::([\w:]+))?`")
ROWS = [
    line.strip("|\n ").rpartition(" | ")
    for line in (ROOT / PAGE).read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| promise |")
]


def defined_in(tree: ast.Module) -> set[str]:
    """Return the tests of a module; those of a class have its name in front."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    functions = [("", tree), *((f"{each.name}::", each) for each in classes)]
    return {
        f"{prefix}{node.name}"
        for prefix, parent in functions
        for node in parent.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[:5] == "test_"
    }


def test_there_are_promises() -> None:
    assert len(ROWS) > 40


@pytest.mark.parametrize(("promise", "_", "tests"), ROWS, ids=[row[0][:60] for row in ROWS])
def test_a_promise_is_held_by_tests_that_exist(promise: str, _: str, tests: str) -> None:
    named = TEST.findall(tests)
    assert named, f"Name a test that holds: {promise}"
    for file, name in named:
        assert (ROOT / file).is_file(), file
        there = defined_in(ast.parse((ROOT / file).read_text()))
        assert there, f"{file} has no test"
        assert not name or name in there, f"{file} has no {name}"


def test_all_that_is_in_backticks_there_is_a_test() -> None:
    """Else a name that is misspelt would go unnoticed."""
    for promise, _, tests in ROWS:
        quoted = [it for it in re.findall(r"`[^`]+`", tests) if it != "`benchmarks`"]
        assert all(TEST.fullmatch(it) for it in quoted), promise


def test_the_policy_leads_to_the_promises() -> None:
    assert f"({PAGE})" in (ROOT / "SECURITY.md").read_text()
