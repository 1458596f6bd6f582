"""``rxconfig`` in memory: Reflex finds the project's configuration where there is no file."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import reflex as rx
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from reflex_adapter import conf
from reflex_adapter.own_origin import OwnOriginPlugin
from reflex_adapter.reflex_config import APP_MODULE, reflex_config
from reflex_adapter.urls import reflex_mount
from tests.fresh import completed, printed

# A whole Django project: this script is its settings, its urls.py and its manage.py.
PROJECT = """
import json
from django.conf import settings
settings.configure(INSTALLED_APPS=["reflex_adapter"], ROOT_URLCONF="__main__", **{settings})
import django
from reflex_adapter.urls import reflex_mount
urlpatterns = [reflex_mount(app_name="tea", mount_prefix="/app", **{mount})]
django.setup()
"""
SHOW = """
from reflex_base.config import get_config, reload_config
names = ("app_name", "frontend_path", "app_module_import", "loglevel", "api_url")
for config in (get_config(), reload_config()):
    print(json.dumps({name: str(getattr(config, name)) for name in names}))
"""
FILE = "import reflex as rx\nconfig = rx.Config(app_name='file', api_url='http://of.the.file')\n"


def project(settings: Any = None, mount: Any = None) -> str:
    return PROJECT.replace("{settings}", repr(settings or {})).replace("{mount}", repr(mount or {}))


def shown(folder: Path, script: str) -> dict[str, str]:
    """Return what Reflex's own readers show in ``folder``; both show the same."""
    first, second = printed(script + SHOW, folder).splitlines()
    assert first == second
    config: dict[str, str] = json.loads(first)
    return config


def test_reflex_finds_the_configuration_without_a_file(tmp_path: Path) -> None:
    config = shown(tmp_path, project(mount={"rx_config": {"api_url": "http://of.the.mount"}}))
    assert config["app_name"] == "tea"
    assert config["frontend_path"] == "/app"
    assert config["app_module_import"] == "reflex_adapter.django_led_app"
    assert config["api_url"] == "http://of.the.mount"
    assert list(tmp_path.iterdir()) == []


READ = """
from reflex_base.config import {reader}
config = {reader}()
plugins = sorted(type(plugin).__name__ for plugin in config.plugins)
print(config.app_name, config.module, config.frontend_path, config.telemetry_enabled, plugins)
"""


@pytest.mark.parametrize("reader", ["get_config", "reload_config"])
def test_a_command_the_server_and_tests_have_the_same(tmp_path: Path, reader: str) -> None:
    read = READ.format(reader=reader)
    command = (
        "from django.core.management import execute_from_command_line\n"
        f"execute_from_command_line(['manage.py', 'shell', '--command', {read!r}, '-v', '0'])"
    )
    server = f"from reflex_adapter.asgi_entry import application\n{read}"
    variables = {"SHOP_DATABASE": str(tmp_path / "db.sqlite3")}
    found = [printed(script, tmp_path, **variables) for script in (command, server)]
    with redirect_stdout(StringIO()) as here:
        exec(read, {})
    assert found == [here.getvalue()] * 2
    assert here.getvalue().startswith("shop reflex_adapter.django_led_app ")


def test_a_change_of_the_working_directory_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    elsewhere = f"import os; os.chdir({str(tmp_path / 'b')!r})\n"
    assert shown(tmp_path / "a", project() + elsewhere)["app_name"] == "tea"


@pytest.mark.parametrize("folder", ["b", "b/package"])
@pytest.mark.parametrize("before", [True, False], ids=["before setup", "after setup"])
def test_nor_does_one_to_a_folder_that_was_imported_from(
    tmp_path: Path, folder: str, before: bool
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b/package").mkdir(parents=True)
    (tmp_path / "b/package/inner.py").touch()
    imported = f"import sys; sys.path.append({str(tmp_path / 'b')!r}); import package.inner\n"
    script = imported + project() if before else project() + imported
    elsewhere = f"import os; os.chdir({str(tmp_path / folder)!r})\n"
    assert shown(tmp_path / "a", script + elsewhere)["app_name"] == "tea"


def test_the_finders_of_others_go_on_finding(tmp_path: Path) -> None:
    (tmp_path / "beside.py").touch()
    other = """
import sys
from importlib.machinery import (
    EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
)
class Marking(SourceFileLoader):
    def exec_module(self, module):
        super().exec_module(module)
        module.loaded_by = "another"
loaders = (Marking, [".py"]), (ExtensionFileLoader, EXTENSION_SUFFIXES)
sys.path_hooks.insert(0, FileFinder.path_hook(*loaders))
"""
    script = f"{other}{project()}import beside; print(beside.loaded_by)"
    assert printed(script, tmp_path) == "another\n"


def test_a_file_is_ignored_unless_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "rxconfig.py").write_text("raise SystemExit('the file was run')")
    assert shown(tmp_path, project())["app_name"] == "tea"


def test_a_file_that_is_asked_for_counts_where_the_mount_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "rxconfig.py").write_text(FILE)
    setting = {"REFLEX_DJANGO_USE_RXCONFIG_FILE": True}
    config = shown(tmp_path, project(setting))
    assert (config["app_name"], config["api_url"]) == ("tea", "http://of.the.file")
    assert config["app_module_import"] == "reflex_adapter.django_led_app"
    config = shown(tmp_path, project(setting, {"rx_config": {"api_url": "http://of.the.mount"}}))
    assert config["api_url"] == "http://of.the.mount"


@pytest.mark.parametrize(("module", "refused"), [("file.app", True), ("tea.app", False)])
def test_a_file_does_not_name_another_module_of_the_app(
    tmp_path: Path, module: str, refused: bool
) -> None:
    (tmp_path / "rxconfig.py").write_text(f"{FILE[:-2]}, app_module_import={module!r})\n")
    settings = {"REFLEX_DJANGO_USE_RXCONFIG_FILE": True}
    script = project(settings, {"app_module": "tea.app"}) + SHOW
    done = completed(script, tmp_path)
    said = f"rxconfig.py says app_module_import={module!r}: say reflex_mount(app_module="
    assert (done.returncode == 1, said in done.stderr) == (refused, refused), done.stderr


@pytest.mark.parametrize(
    ("variable", "mount"),
    [("APP_NAME", "tea"), ("FRONTEND_PATH", "app"), ("APP_MODULE_IMPORT", APP_MODULE)],
)
def test_the_environment_does_not_say_otherwise(tmp_path: Path, variable: str, mount: str) -> None:
    name = f"REFLEX_{variable}"
    done = completed(project() + SHOW, tmp_path, **{name: "other"})
    said = f"ImproperlyConfigured: The environment says {name}='other': unset it"
    assert said in done.stderr.splitlines()[-1]
    assert completed(project() + SHOW, tmp_path, **{name: mount}).returncode == 0


def test_a_file_that_is_asked_for_may_be_missing(tmp_path: Path) -> None:
    assert shown(tmp_path, project({"REFLEX_DJANGO_USE_RXCONFIG_FILE": True}))["app_name"] == "tea"


def test_other_modules_of_the_folder_are_found_as_always(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("answer = 42")
    (tmp_path / "old_rxconfig.py").write_text("answer = 46")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("answer = 43")
    (tmp_path / "package" / "rxconfig.py").write_text("answer = 44")
    (tmp_path / "namespace").mkdir()
    script = """
import pkgutil, sys, importlib
import beside, namespace, old_rxconfig, package, package.rxconfig
print(beside.answer, package.answer, package.rxconfig.answer, list(namespace.__path__) != [])
print(sorted(module.name for module in pkgutil.iter_modules([""])))
open("late.py", "w").write("answer = 45")
importlib.invalidate_caches()
import late
print(late.answer, old_rxconfig.answer)
"""
    lines = printed(project() + script, tmp_path).splitlines()
    assert lines == ["42 43 44 True", "['beside', 'old_rxconfig', 'package']", "45 46"]


def test_a_module_that_is_missing_is_still_missing(tmp_path: Path) -> None:
    done = completed(project() + "import no_such_module", tmp_path)
    assert "ModuleNotFoundError: No module named 'no_such_module'" in done.stderr


def test_a_working_directory_that_was_deleted_breaks_no_import(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "beside.py").write_text("print('imported')")
    script = f"import os, sys; os.rmdir(os.getcwd()); sys.path.insert(0, {str(tmp_path)!r})\n"
    assert printed(project() + script + "import beside", tmp_path / "gone") == "imported\n"


def test_a_broken_configuration_is_reported_as_what_it_is(tmp_path: Path) -> None:
    broken = project(mount={"rx_config": {"no_such_option": 1}})
    done = completed(broken + SHOW, tmp_path)
    assert "ImproperlyConfigured: reflex_mount(rx_config=...)" in done.stderr
    assert "no_such_option" in done.stderr.splitlines()[-1]


def mounted(**options: Any) -> Any:
    urls = ModuleType("urls")
    urls.urlpatterns = [reflex_mount(app_name="tea", **options)]  # type: ignore[attr-defined]
    return override_settings(ROOT_URLCONF=urls)


@pytest.mark.parametrize("option", ["no_such_option", "APP_NAME", "plugin"])
def test_an_option_that_reflex_does_not_have_is_refused(option: str) -> None:
    with mounted(rx_config={option: 1}), pytest.raises(ImproperlyConfigured, match=option):
        reflex_config()


@pytest.mark.parametrize("option", ["app_name", "frontend_path", "app_module_import"])
def test_what_the_mount_itself_says_is_not_said_twice(option: str) -> None:
    with (
        mounted(rx_config={option: "x"}),
        pytest.raises(ImproperlyConfigured, match="mount_prefix"),
    ):
        reflex_config()


@pytest.mark.parametrize("root", [None, ""])
def test_a_missing_static_root_is_reported_by_name(root: str | None) -> None:
    with override_settings(STATIC_ROOT=root), pytest.raises(ImproperlyConfigured, match="set STAT"):
        conf.build_root()


def test_the_defaults_leave_out_what_a_django_project_has() -> None:
    config = reflex_config()
    assert (config.app_name, config.telemetry_enabled) == ("shop", False)
    assert not any(isinstance(plugin, rx.plugins.SitemapPlugin) for plugin in config.plugins)


@pytest.mark.parametrize("on", [True, False])
def test_reflexs_badge_is_on_the_pages_if_it_is_asked_for(on: bool) -> None:
    with override_settings(REFLEX_DJANGO_SHOW_BUILT_WITH_REFLEX=on):
        assert reflex_config().show_built_with_reflex is on


def test_a_plugin_of_the_project_stands_beside_ours() -> None:
    theirs, more = rx.plugins.TailwindV4Plugin(), rx.plugins.RadixThemesPlugin()
    with mounted(plugins=[theirs], rx_config={"plugins": [more], "telemetry_enabled": True}):
        config = reflex_config()
    kinds = [type(plugin) for plugin in config.plugins]
    assert theirs in config.plugins
    assert config.telemetry_enabled
    for kind in (OwnOriginPlugin, rx.plugins.RadixThemesPlugin):
        assert kinds.count(kind) == 1


@pytest.mark.parametrize("origins", [["*"], ["https://friend.example"]])
def test_reflexs_own_list_of_origins_stays_empty(origins: list[str]) -> None:
    """Its socket server would refuse the site's own, and its CORS layer let anybody in."""
    with mounted(rx_config={"cors_allowed_origins": origins}):
        assert list(reflex_config().cors_allowed_origins) == []
