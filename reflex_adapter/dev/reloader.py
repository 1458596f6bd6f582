"""Django's own autoreloader, looking at the project more often.

Django looks once a second, and first sees a file when it is loaded: what is saved while the project
is being loaded is missed, and what is deleted, always. This one compares with the time at which the
process began, and with what it has seen.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

from django.utils.autoreload import (
    BaseReloader,
    StatReloader,
    get_reloader,
    iter_all_python_module_files,
)

from reflex_adapter.page_errors import is_of_project

ASSETS = "assets"  # Reflex's folder of files that pages show


class ProjectReloader(StatReloader):
    """Looks at the project's files, and the folders they are in, five times as often as at all."""

    pause = 0.2  # seconds
    all_each = 5  # rounds

    def __init__(self, began: float) -> None:
        super().__init__()
        self._began = began

    def tick(self) -> Iterator[None]:
        known: dict[Path, float] = {}
        there: set[Path] = set()  # files of the project, as far as they have been seen
        missing: set[Path] = set()
        for turn in itertools.count():
            of_project = set(self.project_files())
            others = self.watched_files() if turn % self.all_each == 0 else ()
            for file in itertools.chain(of_project, others):
                modified = modification_time(file)
                if modified > known.get(file, self._began):
                    self.notify_file_changed(file)
                known[file] = modified
            there |= {file for file in of_project if known.get(file)}
            before, missing = missing, {file for file in there if is_missing(file, of_project)}
            for file in before & missing:  # some editors delete a file to write it anew
                self.notify_file_changed(file)
            time.sleep(self.pause)
            yield

    def watched_files(self, include_globs: bool = True) -> Iterator[Path]:
        yield from super().watched_files(include_globs)
        yield from self.project_files()

    def project_files(self) -> Iterator[Path]:
        """Return the project's modules, those that are new beside them, and what failed."""
        yield from self.extra_files
        for folder in project_folders(frozenset(iter_all_python_module_files())):
            yield from folder.glob("*.py")


@functools.lru_cache(maxsize=1)
def project_folders(files: frozenset[Path]) -> list[Path]:
    return sorted({file.parent for file in files if is_of_project(file)})


def is_missing(file: Path, found: set[Path]) -> bool:
    return file not in found or not modification_time(file)


def modification_time(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # it is gone
        return 0.0


def reloader_since(began: float) -> BaseReloader:
    """Return ours, or Django's for watchman where that is installed."""
    theirs = get_reloader()
    reloader = ProjectReloader(began) if type(theirs) is StatReloader else theirs
    reloader.watch_dir(Path.cwd() / ASSETS, "**/*")
    return reloader
