"""What ``manage.py check`` says where a project cannot be served, and where nothing is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings
from django.urls import path

from reflex_adapter.urls import reflex_mount
from tests.fresh import SHOP, completed
from tests.reflex_adapter.checking import found, messages, urlconf
from tests.reflex_adapter.small_build import write_build


def test_of_the_shop_there_is_nothing_to_say() -> None:
    assert messages() == []
    call_command("check", fail_level="DEBUG")


@pytest.mark.parametrize(
    "patterns",
    [
        pytest.param([], id="none"),
        pytest.param([reflex_mount(app_name="a"), reflex_mount(app_name="b")], id="two"),
        pytest.param([path("x/", ([reflex_mount(app_name="shop")], "x", "x"))], id="included"),
    ],
)
def test_without_a_mount_it_is_an_error_and_nothing_else_is_said(patterns: list[Any]) -> None:
    with urlconf(*patterns), override_settings(REFLEX_DJANGO_RUN_MIDDLEWARE_CHAIN=False):
        [error] = messages()
    assert (error.id, "reflex_mount" in error.msg) == ("reflex_adapter.E001", True)


def test_a_mount_of_an_app_that_is_not_installed_is_an_error() -> None:
    with urlconf(reflex_mount(app_name="elsewhere")):
        [error] = messages()
    assert error.id == "reflex_adapter.E001"
    assert error.msg == (
        "reflex_mount(app_name='elsewhere'): no such app; add it to INSTALLED_APPS."
    )


@pytest.mark.parametrize("names", [{}, {"app_name": "elsewhere"}])
def test_a_mount_of_a_module_needs_no_app_and_is_not_imported(names: dict[str, str]) -> None:
    with urlconf(reflex_mount(app_module="elsewhere.elsewhere", **names)):
        assert messages() == []


@pytest.mark.parametrize(
    "options",
    [
        *({"plugins": plugins} for plugins in (["x"], "x", [None])),
        *({"rx_config": {"plugins": plugins}} for plugins in (["x"], "x", None)),
    ],
)
def test_plugins_that_are_none_are_one_error(options: dict[str, Any]) -> None:
    with urlconf(reflex_mount(app_name="shop", **options)):
        [error] = messages()
        call = f"reflex_mount({next(iter(options))}=...) has the plugins "
        assert (error.id, error.msg.startswith(call)) == ("reflex_adapter.E001", True)
        assert "such as [rx.plugins." in error.msg
        with pytest.raises(SystemCheckError):
            call_command("export_reflex", skip_checks=False)


def test_plugins_are_asked_what_they_are() -> None:
    plugin = rx.plugins.TailwindV4Plugin
    with urlconf(reflex_mount(app_name="shop", plugins=(plugin(), plugin))):
        assert messages() == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("urlpatterns = [", "line 1: SyntaxError"),
        ("from nowhere import urls", "line 1: ModuleNotFoundError: No module named 'nowhere'"),
        ("\n1 / 0", "line 2: ZeroDivisionError"),
        ("", "urlpatterns"),
        ("urlpatterns = None", "urlpatterns"),
    ],
)
def test_broken_urls_are_one_error_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
) -> None:
    (tmp_path / "broken_urls.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with override_settings(ROOT_URLCONF="broken_urls"):
        [error] = messages(deploy=True)
    sys.modules.pop("broken_urls", None)
    assert error.id in ("reflex_adapter.E001", "reflex_adapter.E003")
    assert "broken_urls" in error.msg
    assert reason in error.msg


def test_a_wrong_setting_is_one_error_though_urls_have_a_mount() -> None:
    """The mount is made when ``urls.py`` is imported, before a check can say anything."""
    script = """
import django
from django.conf import settings
django.setup()
settings.REFLEX_DJANGO_MIROR_CSRF = True
from django.core.management import call_command
from django.core.management.base import SystemCheckError
call_command("check")
"""
    done = completed(script, SHOP)
    assert done.returncode == 1
    assert "reflex_adapter.E001) There is no setting REFLEX_DJANGO_MIROR_CSRF" in done.stderr
    assert "System check identified 1 issue" in done.stderr


def test_a_built_project_is_ready_for_deployment(tmp_path: Path) -> None:
    write_build(tmp_path / "_reflex")
    script = """
import django
django.setup()
from django.core.checks import run_checks
from reflex_adapter.conf import build_root
from reflex_adapter import sources
sources.note(build_root(), sources.digest())
print([it for it in run_checks(tags=["reflex_adapter"], include_deployment_checks=True)])
import sys
print("reflex" in sys.modules)
"""
    done = completed(script, SHOP, SHOP_STATIC_ROOT=str(tmp_path))
    assert done.stdout.split() == ["[]", "False"], done.stderr


def test_each_check_is_there_once_though_two_apps_bring_it() -> None:
    with urlconf(), override_settings(STATIC_ROOT=None):
        assert sorted(found(deploy=True)) == ["E001", "E005"]


def test_without_the_tag_djangos_own_and_ours_are_run_together() -> None:
    with override_settings(STATIC_ROOT=None):
        assert [message.id for message in run_checks()] == ["reflex_adapter.E005"]
