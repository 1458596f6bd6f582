"""What a build was made from, as far as can be told without loading a page.

The digest of a build itself needs the pages compiled, which takes seconds. This one is of the code
of the project's own apps, where the pages are or what they import; so it changes with what is no
matter of theirs, too.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps

from reflex_adapter.conf import configuration
from reflex_adapter.page_errors import is_installed
from reflex_adapter.supported import installed_version

NOTE = ".sources"  # in the build: the digest of what it was made from
NOT_PAGES = {"__pycache__", "migrations", "node_modules", "tests"}


def digest() -> str:
    """Return the digest of the project's code, and of which Reflex is installed."""
    found = hashlib.sha256(str(installed_version()).encode())
    for name, folder in folders():
        for file in python_files(folder):
            content = file.read_bytes()
            header = f"\0{name}\0{file.relative_to(folder).as_posix()}\0{len(content)}\0"
            found.update(header.encode() + content)
    return found.hexdigest()


def note(build: Path, made_from: str) -> None:
    (build / NOTE).write_text(made_from)


def are_those_of(build: Path) -> bool:
    """Tell whether the project is as it was when this build was made, or found up to date."""
    note = build / NOTE
    return note.is_file() and note.read_text() == digest()


def folders() -> Iterator[tuple[str, Path]]:
    """Yield the names and folders of the packages that are the project's own."""
    installed = [(config.name, Path(config.path)) for config in apps.get_app_configs()]
    for name, folder in [*installed, *page_packages()]:
        if not is_installed(folder):
            yield name, folder


def page_packages() -> Iterator[tuple[str, Path]]:
    """Yield the outermost of the packages that the settings name: to find those imports nothing."""
    for name in sorted({name.partition(".")[0] for name in configuration().page_packages}):
        spec = find_spec(name)
        for folder in (spec and spec.submodule_search_locations) or ():
            yield name, Path(folder)


def python_files(folder: Path) -> Iterator[Path]:
    for parent, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if name[0] != "." and name not in NOT_PAGES)
        yield from (Path(parent) / name for name in sorted(files) if is_code(name))


def is_code(name: str) -> bool:
    """Tell whether this is a module, and no test or what an editor leaves beside one."""
    return name.endswith(".py") and name[0] != "." and name != "tests.py"
