"""What the autoreloader of the development loop sees, and how often it looks."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reflex_adapter.dev.reloader import ProjectReloader, reloader_since
from reflex_adapter.page_errors import files_of

NOW = time.time() + 1000  # when the process began: after all that others save meanwhile


@pytest.fixture
def module(tmp_path: Path) -> Iterator[Path]:
    """A module of a project, loaded."""
    file = tmp_path / "module_of_a_project.py"
    file.write_text("")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    sys.modules[file.stem] = importlib.util.module_from_spec(spec)
    yield file
    del sys.modules[file.stem]


def saved(file: Path, when: float) -> None:
    os.utime(file, (when, when))


def is_due(reloader: ProjectReloader) -> bool:
    """Tell whether one look at the files ends the process, with the code that means a reload."""
    reloader.pause = 0
    try:
        next(reloader.tick())
    except SystemExit as ended:
        return ended.code == 3
    return False


def test_nothing_is_due_where_nothing_was_saved(module: Path) -> None:
    assert not is_due(ProjectReloader(NOW))


def test_what_was_saved_while_the_project_was_loaded_is_not_missed(module: Path) -> None:
    saved(module, NOW + 0.1)
    assert is_due(ProjectReloader(NOW))


def test_a_new_module_beside_others_counts(module: Path) -> None:
    another = module.with_name("another.py")
    another.write_text("")
    saved(another, NOW + 1)
    assert is_due(ProjectReloader(NOW))


def test_a_file_that_could_not_be_loaded_counts(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("def")
    with pytest.raises(SyntaxError) as error:
        compile(broken.read_text(), str(broken), "exec")
    reloader = ProjectReloader(NOW)
    reloader.extra_files.update(files_of(error.value))
    assert not is_due(reloader)
    saved(broken, NOW + 1)
    assert is_due(reloader)


def test_the_project_is_looked_at_five_times_as_often_as_all(module: Path) -> None:
    looked: list[int] = []

    class Counting(ProjectReloader):
        def watched_files(self, include_globs: bool = True) -> Iterator[Path]:
            looked.append(len(looked))
            return super().watched_files(include_globs)

    reloader = Counting(NOW)
    reloader.pause = 0
    ticks = reloader.tick()
    for _ in range(10):
        next(ticks)
    assert len(looked) == 2
    saved(module, NOW + 1)
    with pytest.raises(SystemExit):
        next(ticks)


@pytest.fixture
def ticks(module: Path) -> Iterator[None]:
    """The looks of a reloader that has looked at the module once."""
    reloader = ProjectReloader(NOW)
    reloader.pause = 0
    ticks = reloader.tick()
    next(ticks)
    return ticks


def test_a_deleted_module_counts(ticks: Iterator[None], module: Path) -> None:
    module.unlink()
    next(ticks)
    with pytest.raises(SystemExit):
        next(ticks)


def test_a_module_that_is_missing_for_a_moment_is_not_deleted(
    ticks: Iterator[None], module: Path
) -> None:
    as_it_was = module.stat().st_mtime
    module.unlink()
    next(ticks)
    module.write_text("")
    saved(module, as_it_was)
    for _ in range(10):
        next(ticks)


def test_a_broken_module_that_is_deleted_counts(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("def")
    reloader = ProjectReloader(NOW)
    reloader.pause = 0
    reloader.extra_files.add(broken)
    ticks = reloader.tick()
    next(ticks)
    broken.unlink()
    next(ticks)
    with pytest.raises(SystemExit):
        next(ticks)


def test_a_file_that_pages_show_counts(
    tmp_path: Path, module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "assets").mkdir()
    reloader = reloader_since(NOW)
    assert isinstance(reloader, ProjectReloader)
    assert not is_due(reloader)
    logo = tmp_path / "assets" / "logo.svg"
    logo.write_text("<svg/>")
    saved(logo, NOW + 1)
    assert is_due(reloader)
