"""A mistake in a page is named with its file, and takes nothing down but the pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fresh import completed

SITE = """
import asyncio, httpx
from reflex_adapter.asgi_entry import application

async def ask():
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for path in ("/admin/login/", "/", "/ping"):
            answer = await client.get(path)
            print(path, answer.status_code, answer.text[:300].replace(chr(10), " "))

asyncio.run(ask())
"""
MISTAKES = {
    "of syntax": ("def page(:\n", "line 1: SyntaxError"),
    "of import": ("\nimport no_such_module\n", "line 2: ModuleNotFoundError: No module named"),
    "in a page": (
        "import reflex as rx\nfrom reflex_adapter import template\n\n\n"
        "@template(route='/broken')\ndef broken():\n    return rx.text(undefined)\n",
        "line 7: NameError: name 'undefined'",
    ),
}


@pytest.fixture(params=MISTAKES, ids=str)
def mistake(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """A module with a mistake, in a package of pages, and what is to be said of it."""
    source, said = MISTAKES[request.param]
    file = tmp_path / "brokenpages.py"
    file.write_text(source)
    settings = "from config.settings import *\nREFLEX_DJANGO_PAGE_PACKAGES = ['brokenpages']\n"
    (tmp_path / "broken_settings.py").write_text(settings)
    return file, f"{file}, {said}"


def served(folder: Path, **variables: str) -> tuple[dict[str, str], str]:
    """Return what is answered by path, and what is logged."""
    script = f"import sys; sys.path.insert(0, {str(folder)!r})\n{SITE}"
    done = completed(
        script,
        DJANGO_SETTINGS_MODULE="broken_settings",
        SHOP_DATABASE=str(folder / "db.sqlite3"),
        SHOP_STATIC_ROOT=str(folder / "static"),
        **variables,
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split(" ", 1) for line in done.stdout.splitlines()), done.stderr


def test_the_admin_is_served_and_the_log_names_the_file(mistake: tuple[Path, str]) -> None:
    file, said = mistake
    answers, log = served(file.parent)
    assert answers["/admin/login/"].startswith("200 ")
    assert answers["/"] == answers["/ping"].replace("\n", " ")
    assert answers["/"].startswith("503 The pages of this site cannot be loaded: the log of")
    assert said in log


def test_a_developer_reads_it_in_the_browser(mistake: tuple[Path, str]) -> None:
    file, said = mistake
    answers, _log = served(file.parent, SHOP_DEBUG="1")
    assert said in answers["/"]


def exporting(folder: Path) -> str:
    """Return what an export with the settings in ``folder`` says when it fails."""
    script = (
        f"import sys; sys.path.insert(0, {str(folder)!r})\n"
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(['manage.py', 'export_reflex'])\n"
    )
    done = completed(
        script,
        cwd=folder,
        DJANGO_SETTINGS_MODULE="broken_settings",
        SHOP_STATIC_ROOT=str(folder / "static"),
    )
    assert done.returncode == 1
    return done.stderr


def test_a_build_names_the_file_too(mistake: tuple[Path, str]) -> None:
    file, said = mistake
    assert f"CommandError: The pages cannot be loaded: {said}" in exporting(file.parent)


@pytest.mark.parametrize("module", ["pages", "reflex.pages"])
def test_a_build_without_a_page_says_where_one_is_looked_for(tmp_path: Path, module: str) -> None:
    settings = f"from config.settings import *\nREFLEX_DJANGO_PAGE_MODULE = {module!r}\n"
    (tmp_path / "broken_settings.py").write_text(settings)
    said = exporting(tmp_path)
    assert (
        f"CommandError: There is no page: put one into shop/{module.replace('.', '/')}.py" in said
    )
    assert f"(REFLEX_DJANGO_PAGE_MODULE = {module!r})" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            "PAGE_APPS = []",
            "only in REFLEX_DJANGO_PAGE_APPS = []. Add 'shop' there, and put one into shop/",
        ),
        ("PAGE_APPS = ['admin']", "only in REFLEX_DJANGO_PAGE_APPS = ['admin']. Add 'shop' there"),
        (
            "PAGE_PACKAGES = ['json']\nREFLEX_DJANGO_AUTO_DISCOVER_PAGES = False",
            "with REFLEX_DJANGO_AUTO_DISCOVER_PAGES = False they are looked for only in "
            "REFLEX_DJANGO_PAGE_PACKAGES = ['json']. Put one there",
        ),
    ],
)
def test_a_build_without_a_page_names_the_setting_that_left_it_out(
    tmp_path: Path, settings: str, said: str
) -> None:
    text = f"from config.settings import *\nREFLEX_DJANGO_{settings}\n"
    (tmp_path / "broken_settings.py").write_text(text)
    told = exporting(tmp_path)
    assert "CommandError: There is no page: " in told
    assert said in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("REFLEX_DJANGO_PAGE_APPS = ['elsewhere']", "REFLEX_DJANGO_PAGE_APPS"),
        ("DJANGO_ADAPTER_THREADS = 0", "DJANGO_ADAPTER_THREADS must be"),
        ("DJANGO_ADAPTER_THREDS = 3", "There is no setting DJANGO_ADAPTER_THREDS."),
        ("DJANGO_ADAPTER_COMPILED_CHAIN = 'no'", "DJANGO_ADAPTER_COMPILED_CHAIN must be"),
    ],
)
def test_a_wrong_configuration_is_an_error_at_start(
    tmp_path: Path, setting: str, said: str
) -> None:
    (tmp_path / "broken_settings.py").write_text(f"from config.settings import *\n{setting}\n")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{SITE}"
    done = completed(script, DJANGO_SETTINGS_MODULE="broken_settings")
    assert done.returncode == 1
    assert f"ImproperlyConfigured: {said}" in done.stderr
