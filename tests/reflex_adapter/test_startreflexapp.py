"""``manage.py startreflexapp`` makes an app that works as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from tests.fresh import completed

PAGES = """
import sys; sys.path.insert(0, {folder!r})
import django; django.setup()
from reflex_adapter.django_led_app import app
from reflex_adapter.pages import noted_pages
app()
print([page.route for page in noted_pages if page.component.__module__ == {module!r}])
"""
MANAGE = """
import sys; sys.path.insert(0, {folder!r})
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *{command!r}.split()])
"""


@pytest.fixture(params=["views", "pages"])
def module(request: pytest.FixtureRequest) -> str:
    """Where the project has its pages."""
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str) -> Path:
    """A folder with an app, and the settings of a project that has it."""
    monkeypatch.chdir(tmp_path)
    with override_settings(REFLEX_DJANGO_PAGE_MODULE=module):
        call_command("startreflexapp", "tea_room", verbosity=0)
    (tmp_path / "tea_settings.py").write_text(
        "from config.settings import *\n"
        "INSTALLED_APPS = [*INSTALLED_APPS, 'tea_room']\n"
        f"REFLEX_DJANGO_PAGE_MODULE = {module!r}\n"
    )
    return tmp_path


def ran(script: str, folder: Path, **values: str) -> str:
    done = completed(
        script.format(folder=str(folder), **values),
        DJANGO_SETTINGS_MODULE="tea_settings",
        SHOP_DATABASE=str(folder / "db.sqlite3"),
        SHOP_STATIC_ROOT=str(folder / "static"),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_app_has_a_page(folder: Path, module: str) -> None:
    assert ran(PAGES, folder, module=f"tea_room.{module}").strip() == "['/tea_room']"


def test_its_own_tests_pass(folder: Path) -> None:
    assert "Ran 2 tests" in ran(MANAGE, folder, command="test tea_room")


def test_it_has_nothing_to_migrate(folder: Path) -> None:
    command = "makemigrations tea_room --check"
    assert "No changes detected" in ran(MANAGE, folder, command=command)


def test_it_has_all_that_an_app_of_django_has(folder: Path, module: str) -> None:
    call_command("startapp", "plain", verbosity=0)
    plain = files(folder / "plain") - {"views.py"}
    assert files(folder / "tea_room") == {*plain, f"{module}.py", "states.py"}


def files(app: Path) -> set[str]:
    return {file.relative_to(app).as_posix() for file in app.rglob("*")}


@pytest.mark.parametrize("name", ["tea-room", "1st", "django"])
def test_a_name_that_cannot_be_an_app_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError):
        call_command("startreflexapp", name, verbosity=0)


def test_pages_that_are_there_stay(tmp_path: Path) -> None:
    target = tmp_path / "tea_room"
    target.mkdir()
    (target / "pages.py").write_text("mine")
    with (
        override_settings(REFLEX_DJANGO_PAGE_MODULE="pages"),
        pytest.raises(CommandError, match=r"pages\.py already exists"),
    ):
        call_command("startreflexapp", "tea_room", str(target), verbosity=0)
    assert [file.name for file in target.iterdir()] == ["pages.py"]


def test_a_page_module_with_a_dot_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with (
        override_settings(REFLEX_DJANGO_PAGE_MODULE="ui.pages"),
        pytest.raises(CommandError, match=r"REFLEX_DJANGO_PAGE_MODULE is 'ui\.pages'"),
    ):
        call_command("startreflexapp", "tea_room", verbosity=0)
