"""Supply ``rxconfig`` in memory, so that a project has none and Reflex still finds its own.

Reflex imports ``rxconfig`` from the working directory of the moment, and only from there
(``reflex_base.config._get_config``). So a path hook (``sys.path_hooks``, the documented extension
point of Python's import system) makes the finder of that directory. Everything else that is
imported from there is found as always. Spawned processes do not inherit it; Django's ``setup()``
brings it back.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
    SourcelessFileLoader,
)
from pathlib import Path
from types import ModuleType

CONFIG_MODULE = "rxconfig"


class ConfigLoader(Loader):
    """Fills the module ``rxconfig`` with the ``config`` that the project's Django settings make."""

    def __init__(self, file_spec: ModuleSpec | None) -> None:
        self.file_spec = file_spec

    def exec_module(self, module: ModuleType) -> None:
        # Here and not above: it loads Reflex, which a Django command is to do without.
        from reflex_adapter.reflex_config import reflex_config  # noqa: PLC0415

        module.config = reflex_config(self.file_spec)  # type: ignore[attr-defined]


class ProjectFinder(FileFinder):
    """The ordinary finder of a folder, but for ``rxconfig``."""

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
        found = super().find_spec(fullname, target)
        if fullname != CONFIG_MODULE:
            return found
        return ModuleSpec(CONFIG_MODULE, ConfigLoader(found), origin="reflex_mount()")


def working_directory_finder(path: str) -> ProjectFinder:
    """The path hook: a ``ProjectFinder`` for the working directory, ``ImportError`` for others."""
    if not is_working_directory(path):
        raise ImportError(f"{path!r} is not the working directory", path=path)
    return ProjectFinder(path, *LOADERS)


def is_working_directory(path: str) -> bool:
    try:
        return Path(path) == Path.cwd()
    except FileNotFoundError:  # it has been deleted
        return False


LOADERS: Sequence[tuple[type[Loader], list[str]]] = [
    (ExtensionFileLoader, EXTENSION_SUFFIXES),
    (SourceFileLoader, SOURCE_SUFFIXES),
    (SourcelessFileLoader, BYTECODE_SUFFIXES),
]


def install() -> None:
    """Make ``import rxconfig`` give the in-memory configuration; safe to be called again."""
    if working_directory_finder not in sys.path_hooks:
        sys.path_hooks.insert(0, working_directory_finder)
    # The folder was most likely imported from already, by the plain finder.
    sys.path_importer_cache.pop(str(Path.cwd()), None)
