"""Where pages are looked for, and the settings that say so."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from reflex_adapter.page_modules import import_pages

NAMES = ("tearoom", "teapages")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder with an app ``tearoom`` and a package ``teapages``, which can be imported."""
    tearoom = ["__init__.py", "views.py", "ui/__init__.py", "ui/pages.py"]
    teapages = ["__init__.py", "menu.py", "deep/__init__.py", "deep/er.py"]
    files = [f"tearoom/{name}" for name in tearoom] + [f"teapages/{name}" for name in teapages]
    for name in files:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.split(".")[0] in NAMES]:
        del sys.modules[name]


def imported(**settings: Any) -> set[str]:
    """Return the modules of ours that hold pages by these settings."""
    from django.conf import settings as its  # noqa: PLC0415 - those of the running test

    named = {f"REFLEX_DJANGO_{name}": value for name, value in settings.items()}
    with override_settings(INSTALLED_APPS=[*its.INSTALLED_APPS, "tearoom"], **named):
        import_pages()
    ours = {name for name in sys.modules if name.split(".")[0] in NAMES}
    return ours - {"tearoom", "tearoom.ui", "teapages", "teapages.deep"}


def test_pages_are_in_the_views_of_every_app(packages: Path) -> None:
    assert imported() == {"tearoom.views"}


def test_another_module_can_be_named(packages: Path) -> None:
    assert imported(PAGE_MODULE="ui.pages") == {"tearoom.ui.pages"}


@pytest.mark.parametrize(("labels", "found"), [(["shop"], set()), (["tearoom"], {"tearoom.views"})])
def test_the_apps_can_be_named(packages: Path, labels: list[str], found: set[str]) -> None:
    assert imported(PAGE_APPS=labels) == found


def test_packages_are_looked_through_whole(packages: Path) -> None:
    found = imported(PAGE_PACKAGES=["teapages"])
    assert found == {"tearoom.views", "teapages.menu", "teapages.deep.er"}


def test_nothing_else_is_if_apps_are_not_to_be(packages: Path) -> None:
    found = imported(PAGE_PACKAGES=["teapages.menu"], AUTO_DISCOVER_PAGES=False)
    assert found == {"teapages.menu"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"PAGE_APPS": ["elsewhere"]}, "PAGE_APPS names 'elsewhere': no such app"),
        ({"PAGE_PACKAGES": ["no_such"]}, "PAGE_PACKAGES names 'no_such'"),
        ({"PAGE_PACKAGES": ["no_such.pages"]}, "PAGE_PACKAGES names 'no_such.pages'"),
    ],
)
def test_what_is_named_must_be_there(packages: Path, settings: Any, said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        imported(**settings)


def test_what_is_wrong_above_a_package_is_not_taken_for_its_absence(packages: Path) -> None:
    (packages / "teapages/__init__.py").write_text("import no_such_module_at_all\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
        imported(PAGE_PACKAGES=["teapages.menu"])


@pytest.mark.parametrize("name", ["tearoom/views.py", "tearoom/__init__.py"])
def test_what_is_wrong_inside_a_module_is_raised(packages: Path, name: str) -> None:
    (packages / name).write_text("import no_such_module_at_all\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
        imported()
