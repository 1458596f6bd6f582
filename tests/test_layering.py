"""The import rules: who may import whom, and when Reflex is loaded.

What an import loads is shown by fresh interpreters, what the sources say by their syntax trees.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.fresh import PACKAGES, ROOT, SHOP, printed

SOURCES = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
TREES = {str(file.relative_to(ROOT)): ast.parse(file.read_text()) for file in SOURCES}
REFLEX = {"reflex", "reflex_base"}
DOCUMENTED = {"reflex", "reflex.event", "reflex.plugins"}

LOADED = "\nimport sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
ADDED = "import sys; before = set(sys.modules)\n{}\nprint(*sorted(set(sys.modules) - before))"


def loaded_by(script: str, cwd: Path = ROOT, **variables: str) -> set[str]:
    """Return the packages that are loaded when ``script`` has run."""
    return set(printed(script + LOADED, cwd, **variables).splitlines()[-1].split())


def imported_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


def within(package: str) -> Iterable[tuple[str, ast.Module]]:
    return [(name, tree) for name, tree in TREES.items() if name.startswith(f"{package}/")]


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("asgi_compose", set()),
        ("django_adapter", {"asgi_compose", "asgiref", "django"}),
        (
            "reflex_adapter",
            {
                "asgi_compose",
                "asgiref",
                "django",
                "django_adapter",
                "httpx",
                "hypercorn",
                "python_multipart",
                "redis",
                "websockets",
                *REFLEX,
            },
        ),
    ],
)
def test_a_package_imports_only_what_stands_below_it(package: str, allowed: set[str]) -> None:
    for name, tree in within(package):
        tops = {module.partition(".")[0] for module in imported_modules(tree)}
        assert tops - sys.stdlib_module_names <= {package, *allowed}, name


def test_asgi_compose_loads_the_standard_library_only() -> None:
    names = printed(ADDED.format("import asgi_compose")).split()
    tops = {name.partition(".")[0] for name in names}
    assert tops - sys.stdlib_module_names == {"asgi_compose"}


def test_django_adapter_loads_no_reflex_and_reads_no_settings() -> None:
    loaded = loaded_by("import django_adapter", DJANGO_SETTINGS_MODULE="there.is.none")
    assert {"django_adapter", "django"} <= loaded
    assert not loaded & {*REFLEX, "reflex_adapter"}


@pytest.mark.parametrize(
    "module",
    [
        "reflex_adapter",
        *("reflex_adapter.apps", "reflex_adapter.conf", "reflex_adapter.config_finder"),
        *("reflex_adapter.mount", "reflex_adapter.pages", "reflex_adapter.urls"),
        *("reflex_adapter.auth", "reflex_adapter.page_guards"),
        *("reflex_adapter.bridge", "reflex_adapter.views", "reflex_adapter.connection"),
        "reflex_adapter.management.commands.run_reflex",
        "reflex_adapter.management.commands.export_reflex",
        "reflex_adapter.dev.loop",  # which outlives what is developed
    ],
)
def test_importing_it_loads_no_reflex_and_no_model(module: str) -> None:
    script = f"import {module}\nfrom django.apps import apps\nassert not apps.models_ready"
    loaded = loaded_by(script, DJANGO_SETTINGS_MODULE="there.is.none")
    assert "reflex_adapter" in loaded
    assert not loaded & REFLEX


@pytest.mark.parametrize(
    "arguments", [["migrate", "--verbosity=0"], ["check"], ["help"], ["run_reflex", "--help"]]
)
def test_a_command_of_django_loads_no_reflex(arguments: list[str], tmp_path: Path) -> None:
    script = f"""
import runpy, sys
sys.argv = ["manage.py", *{arguments!r}]
try:
    runpy.run_path("manage.py", run_name="__main__")
except SystemExit as ended:
    assert not ended.code
"""
    loaded = loaded_by(script, SHOP, SHOP_DATABASE=str(tmp_path / "shop.sqlite3"))
    assert {"django", "reflex_adapter", "shop"} <= loaded
    assert not loaded & {*REFLEX, "hypercorn", "redis"}
    assert (tmp_path / "shop.sqlite3").exists() == (arguments[0] == "migrate")


def test_an_import_inside_a_function_is_rare_and_has_its_reason_above() -> None:
    found = [(name, node) for name, tree in TREES.items() for node in function_level_imports(tree)]
    assert len(found) <= 5, [f"{name}:{node.lineno}" for name, node in found]
    for name, node in found:
        above = (ROOT / name).read_text().splitlines()[node.lineno - 2].strip()
        assert above.startswith("# "), f"{name}:{node.lineno} does not say why it waits"


def function_level_imports(tree: ast.AST) -> list[ast.stmt]:
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = [node for function in functions for node in ast.walk(function)]
    return list({node for node in inside if isinstance(node, ast.Import | ast.ImportFrom)})


def test_only_one_module_imports_what_reflex_does_not_document() -> None:
    for name, tree in TREES.items():
        theirs = {m for m in imported_modules(tree) if m.partition(".")[0] in REFLEX}
        if name != "reflex_adapter/_reflex.py":
            assert theirs <= DOCUMENTED, name


def test_nothing_is_assigned_to_what_another_package_owns() -> None:
    for name, tree in TREES.items():
        foreign = names_of_others(tree)
        for node in ast.walk(tree):
            for target in assigned(node):
                assert root_of(target) not in foreign, f"{name}:{target.lineno}"


def names_of_others(tree: ast.AST) -> set[str]:
    """Return the names that this module has from elsewhere, whatever they are."""
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    return {(a.asname or a.name).partition(".")[0] for node in nodes for a in node.names}


def assigned(node: ast.AST) -> list[ast.expr]:
    """Return the attributes that this statement sets or deletes, ``setattr()`` included."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.args[:1] if node.func.id in ("setattr", "delattr") else []
    ctx = getattr(node, "ctx", None)
    return [node] if isinstance(node, ast.Attribute) and not isinstance(ctx, ast.Load) else []


def root_of(node: ast.AST) -> str:
    """Return ``a`` of ``a.b["c"].d()``."""
    while not isinstance(node, ast.Name):
        inner = getattr(node, "value", None) or getattr(node, "func", None)
        if inner is None:
            return ""
        node = inner
    return node.id
