"""The README's tables against the code: names, arguments, commands and settings.

Read in both directions: what stands in a table is in the code, and what is public is in a table.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from dataclasses import fields
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.core.management.templates import TemplateCommand

from django_adapter.conf import SETTINGS, compiled_chain, non_blocking, thread_count
from reflex_adapter.conf import PREFIX, SECTIONS, Configuration
from tests.fresh import PACKAGES, ROOT
from tests.test_public_api import CONTRACT

README = (ROOT / "README.md").read_text()
Row = tuple[str, ...]


def rows(head: str) -> list[Row]:
    """Return the cells of the table with this head; ``\\|`` is no border."""
    table = README.partition(f"\n{head}\n")[2].partition("\n\n")[0].splitlines()[1:]
    assert table, f"There is no table {head}"
    return [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]) for row in table]


def quoted(cell: str) -> list[str]:
    return re.findall("`([^`]+)`", cell)


PIECES = rows("| name | where | what |")
CORE = [(name, "`asgi_compose`", what) for name, what in rows("| name | what |")]
NAMES = [
    (quoted(where)[0], *written.partition("(")[::2])
    for name, where, _ in [*PIECES, *CORE]
    for written in quoted(name)
    if where
]
COMMANDS = {
    written.split()[1]: set(re.findall(r"--[\w-]+", written))
    for name, where, _ in PIECES
    if not where
    for written in quoted(name)
}


@pytest.mark.parametrize(("module", "name", "_"), NAMES, ids=[name for _, name, _ in NAMES])
def test_a_name_of_the_readme_is_where_it_says(module: str, name: str, _: str) -> None:
    assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize("module", [*PACKAGES, "reflex_adapter.asgi_entry"])
def test_what_is_public_is_in_the_readme(module: str) -> None:
    told = {name for where, name, _ in NAMES if where == module}
    assert set(importlib.import_module(module).__all__) == told


def test_all_of_the_contract_is_in_the_readme() -> None:
    assert set(CONTRACT) <= {(module, name) for module, name, _ in NAMES}


SHOWN = [(module, name, f"f({rest})") for module, name, rest in NAMES if rest]


@pytest.mark.parametrize(("module", "name", "call"), SHOWN, ids=[name for _, name, _ in SHOWN])
def test_arguments_of_the_readme_are_those_of_the_code(module: str, name: str, call: str) -> None:
    parameters = inspect.signature(getattr(importlib.import_module(module), name)).parameters
    shown = ast.parse(call.replace("…", "...").replace("))", ")"), mode="eval").body
    assert isinstance(shown, ast.Call)
    for argument in shown.args:
        node = argument.value if isinstance(argument, ast.Starred) else argument
        assert isinstance(node, ast.Name)
        assert node.id in parameters
    for keyword in shown.keywords:
        assert keyword.arg is None or keyword.arg in parameters
        default = ast.literal_eval(keyword.value) if keyword.arg else ...
        assert default is ... or parameters[str(keyword.arg)].default == default, keyword.arg


@pytest.mark.parametrize("name", ["reflex_mount", "build_application"])
def test_no_argument_is_left_out_of_what_authors_write(name: str) -> None:
    [(module, rest)] = [(module, rest) for module, it, rest in NAMES if it == name]
    parameters = inspect.signature(getattr(importlib.import_module(module), name)).parameters
    assert re.findall(r"(\w+)=", rest) == list(parameters)


def test_the_commands_of_the_readme_are_ours() -> None:
    assert set(COMMANDS) == {n for n, app in get_commands().items() if app == "reflex_adapter"}


def options_of(command: BaseCommand) -> set[str]:
    text = command.create_parser("manage.py", "it").format_help()
    return set(re.findall(r"(?<![\w-])--[a-z][\w-]*", text))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_options_of_the_readme(name: str) -> None:
    command = load_command_class("reflex_adapter", name)
    of_its_kind = TemplateCommand() if isinstance(command, TemplateCommand) else BaseCommand()
    assert options_of(command) - options_of(of_its_kind) == COMMANDS[name]


def default_of(cell: str) -> Any:
    """Return the value that a cell of the README names."""
    megabytes = re.fullmatch(r"(\d+) MiB", cell)
    return int(megabytes[1]) * 1024**2 if megabytes else ast.literal_eval(cell.strip("`"))


def defaults_of_readme() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for names, defaults, _ in rows("| setting | default | |"):
        values = [default_of(default) for default in defaults.split(", ")]
        several = quoted(names)
        found |= zip(several, values * (len(several) // len(values)), strict=True)
    return found


def defaults_of_code() -> dict[str, Any]:
    sections = {"": Configuration, **{f"{name.upper()}_": it for name, it in SECTIONS.items()}}
    found = {
        f"{PREFIX}{section}{field.name.upper()}": field.default
        for section, kind in sections.items()
        for field in fields(kind)
        if "kind" in field.metadata
    }
    found |= {
        "DJANGO_ADAPTER_THREADS": thread_count(),
        "DJANGO_ADAPTER_NON_BLOCKING": tuple(non_blocking()),
        "DJANGO_ADAPTER_COMPILED_CHAIN": compiled_chain(),
    }
    return {name: list(it) if isinstance(it, tuple) else it for name, it in found.items()}


def test_the_settings_of_the_readme_are_those_of_the_code_with_their_defaults() -> None:
    assert defaults_of_readme() == defaults_of_code()


def test_all_settings_of_django_adapter_are_among_them() -> None:
    ours = [name for name in defaults_of_code() if name.startswith("DJANGO_ADAPTER_")]
    assert sorted(ours) == sorted(SETTINGS)
