"""Supply ``rxconfig`` in memory, so that a project has none and Reflex still finds its own.

Reflex imports ``rxconfig`` from the working directory of the moment, and only from there
(``reflex_base.config._get_config``). So a path hook (``sys.path_hooks``, the documented extension
point of Python's import system) makes the finders of folders, any of which may become the working
directory. Everything else is found by the finders that there would be without it. Spawned processes
do not inherit it; Django's ``setup()`` brings it back.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.abc import Loader
from importlib.machinery import FileFinder, ModuleSpec
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
    """The ordinary finder of a folder, but for ``rxconfig`` while it is the working directory."""

    def __init__(self, ordinary: FileFinder) -> None:
        super().__init__(ordinary.path)
        self._ordinary = ordinary

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
        found = self._ordinary.find_spec(fullname, target)
        if fullname != CONFIG_MODULE or not is_working_directory(self.path):
            return found
        return ModuleSpec(CONFIG_MODULE, ConfigLoader(found), origin="reflex_mount()")

    def invalidate_caches(self) -> None:
        self._ordinary.invalidate_caches()


def project_finder(path: str) -> ProjectFinder:
    """The path hook: a ``ProjectFinder`` for folders, ``ImportError`` for all else."""
    ordinary = ordinary_finder(path) if os.path.isdir(path) else None
    if not isinstance(ordinary, FileFinder):
        raise ImportError(f"{path!r} is no folder of modules", path=path)
    return ProjectFinder(ordinary)


def ordinary_finder(path: str) -> object:
    """Return what the other path hooks make of it."""
    for hook in sys.path_hooks:
        if hook is not project_finder:
            with suppress(ImportError):
                return hook(path)
    return None


def is_working_directory(path: str) -> bool:
    try:
        return Path(path) == Path.cwd()
    except FileNotFoundError:  # it has been deleted
        return False


def install() -> None:
    """Make ``import rxconfig`` give the in-memory configuration; safe to be called again."""
    if project_finder not in sys.path_hooks:
        sys.path_hooks.insert(0, project_finder)
    # Folders that were imported from already have plain finders, and would keep them.
    for path, finder in list(sys.path_importer_cache.items()):
        if isinstance(finder, FileFinder) and not isinstance(finder, ProjectFinder):
            sys.path_importer_cache.pop(path, None)
