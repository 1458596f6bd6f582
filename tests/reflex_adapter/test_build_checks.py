"""What is said of the build: that there is no place for it, that it is missing, or an old one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.test import override_settings

from reflex_adapter import sources
from tests.reflex_adapter.checking import found, messages
from tests.reflex_adapter.small_build import write_build


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder of an app with a page, in a project with an up-to-date build."""
    folder = tmp_path / "kettle"
    for name in ("__init__.py", "views.py", "ui/parts.py", "tests/test_views.py", "tests.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    build = write_build(tmp_path / "static" / "_reflex")
    names = [*(config.name for config in apps.get_app_configs()), "kettle"]
    with override_settings(STATIC_ROOT=tmp_path / "static", INSTALLED_APPS=names):
        sources.note(build, sources.digest())
        yield folder
    del sys.modules["kettle"]


@pytest.mark.parametrize("deploy", [True, False])
@pytest.mark.parametrize("root", [None, ""])
def test_no_place_for_a_build_is_an_error(root: str | None, deploy: bool) -> None:
    with override_settings(STATIC_ROOT=root):
        assert found(deploy=deploy) == ["E005"]


@pytest.mark.parametrize("folder", ["_reflex", "_reflex/assets", None])
def test_a_missing_build_is_warned_of_on_deployment(tmp_path: Path, folder: str | None) -> None:
    if folder:
        (tmp_path / folder).mkdir(parents=True)
    with override_settings(STATIC_ROOT=tmp_path):
        [warning] = messages(deploy=True)
        assert found() == []
    assert (warning.id, "export_reflex" in (warning.hint or "")) == ("reflex_adapter.W010", True)


def test_a_build_of_what_there_is_passes(project: Path) -> None:
    assert found(deploy=True) == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda app: (app / "views.py").write_text("x = 1"), id="changed"),
        pytest.param(lambda app: (app / "more.py").write_text(""), id="added"),
        pytest.param(lambda app: (app / "ui/parts.py").unlink(), id="removed"),
        pytest.param(lambda app: (app / "ui/parts.py").rename(app / "ui/all.py"), id="renamed"),
        pytest.param(lambda app: (app / "../static/_reflex/.sources").unlink(), id="not noted"),
    ],
)
def test_a_build_of_other_code_is_warned_of(
    project: Path, change: Callable[[Path], object]
) -> None:
    change(project)
    [warning] = messages(deploy=True)
    assert (warning.id, "export_reflex" in (warning.hint or "")) == ("reflex_adapter.W011", True)
    assert found() == []


@pytest.mark.parametrize(
    "file",
    [
        "migrations/0001.py",
        "tests.py",
        "tests/test_views.py",
        ".web/x.py",
        ".#views.py",
        "notes.txt",
    ],
)
def test_what_is_no_code_of_pages_does_not_count(project: Path, file: str) -> None:
    (project / file).parent.mkdir(exist_ok=True)
    (project / file).write_text("# other")
    assert found(deploy=True) == []


def test_packages_that_are_named_count(project: Path) -> None:
    package = project.parent / "cups"
    package.mkdir()
    (package / "saucer.py").write_text("")
    with override_settings(REFLEX_DJANGO_PAGE_PACKAGES=["cups.saucer"]):
        assert found(deploy=True) == ["W011"]
        sources.note(project.parent / "static" / "_reflex", sources.digest())
        assert found(deploy=True) == []
        (package / "saucer.py").write_text("x = 1")
        assert found(deploy=True) == ["W011"]


def test_what_is_installed_does_not_count(project: Path) -> None:
    assert {name for name, _ in sources.folders()} == {"shop", "tests.probe", "kettle"}
