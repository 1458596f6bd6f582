"""The README's "Add it to your project", followed to the letter in a new project of Django's."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.chromium import SECONDS, fill_in_login, in_chromium
from tests.e2e.servers import ROOT, SHOP, manage, running

SECTION = (
    (ROOT / "README.md").read_text().partition("\n## Add it to your project\n")[2].split("\n## ")[0]
)
EDITS = re.findall(r"```\w+\n# ([\w./]+)(?:: ([^\n]+))?\n(.+?)```", SECTION, re.DOTALL)
COMMANDS = re.findall(r"^\$ python manage\.py (.+)$", SECTION, re.MULTILINE)

LOADED = """
import sys
import config.urls
assert not [name for name in sys.modules if name.partition(".")[0] in ("reflex", "reflex_base")]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``startproject`` and ``startapp`` make, after the edits that the README names."""
    folder = tmp_path_factory.mktemp("project")
    start = [sys.executable, "-m", "django"]
    for command in (["startproject", "config", "."], ["startapp", "shop"]):
        subprocess.run([*start, *command], cwd=folder, check=True)
    settings = folder / "config" / "settings.py"
    settings.write_text(settings.read_text() + "\nINSTALLED_APPS += ['shop']\n")
    for file, how, text in EDITS:
        before = (folder / file).read_text() if how == "add at the end" else ""
        (folder / file).write_text(before + text)
    return folder


@pytest.fixture(scope="module")
def database(project: Path) -> None:
    manage("migrate", "--verbosity=0", cwd=project)
    account = {"DJANGO_SUPERUSER_PASSWORD": "demo", "DJANGO_SUPERUSER_USERNAME": "demo"}
    manage("createsuperuser", "--noinput", "--email=demo@example.com", cwd=project, **account)


@pytest.fixture(scope="module")
def exported(project: Path, build: None) -> None:
    """What a server needs, built with the packages that npm has installed for the shop."""
    packages = Path(".web", "node_modules")
    shutil.copytree(SHOP / packages, project / packages, symlinks=True)
    manage("collectstatic", "--noinput", cwd=project)
    manage("export_reflex", cwd=project)


@pytest.fixture
def context(browser: Browser) -> BrowserContext:
    return browser.new_context()  # whose errors do not count: in production nobody serves styles


def test_six_edits_at_most_are_asked_for() -> None:
    files = [file for file, _, _ in EDITS]
    assert files == [
        *["config/settings.py", "config/urls.py", "config/asgi.py"],
        *["shop/pages.py", ".gitignore"],
    ]
    assert SECTION.count("```") == 2 * (len(EDITS) + 2), "a block that is neither edit nor commands"


def test_what_there_has_to_be_before_is_said() -> None:
    assert "in `INSTALLED_APPS`" in SECTION.partition("```")[0]


def test_the_commands_are_those_that_are_tried_here() -> None:
    develop, *in_production = COMMANDS
    assert develop == "run_reflex"
    assert in_production == ["collectstatic --noinput", "export_reflex", "run_reflex --env prod"]


def test_django_has_nothing_to_complain_about(project: Path) -> None:
    assert "no issues" in manage("check", "--fail-level", "WARNING", cwd=project)


def test_commands_that_need_no_reflex_load_none(project: Path) -> None:
    manage("shell", "-c", LOADED, cwd=project)


@pytest.mark.parametrize("kind", ["develop", "run_reflex"])
class TestServed:
    """The page, in development and in production."""

    pytestmark = in_chromium

    def test_the_page_knows_who_logs_in_to_the_admin(
        self,
        project: Path,
        database: None,
        exported: None,
        context: BrowserContext,
        tmp_path: Path,
        kind: str,
    ) -> None:
        tab = context.new_page()
        with running(kind, tmp_path / "log", cwd=project) as server:
            tab.goto(server.address)
            heading = tab.get_by_role("heading")
            expect(heading).to_have_text("Hi, guest", timeout=6 * SECONDS * 1000)
            tab.goto(f"{server.address}/admin/login/?next=/")
            fill_in_login(tab)
            expect(heading).to_have_text("Hi, demo")
            answer = tab.goto(f"{server.address}/admin")
            assert answer is not None
            assert (answer.status, answer.url) == (200, f"{server.address}/admin/")
            tab.close()


def test_the_admin_has_its_styles_in_production(
    project: Path, exported: None, tmp_path: Path
) -> None:
    """By the middleware and the commands that the README names."""
    [whitenoise] = re.findall(r'`"(whitenoise\.[\w.]+)"` behind `SecurityMiddleware`', SECTION)
    (tmp_path / "served.py").write_text(
        f"from config.settings import *\nMIDDLEWARE.insert(1, {whitenoise!r})\n"
    )
    path = f"{ROOT}:{tmp_path}"
    variables = {"DJANGO_SETTINGS_MODULE": "served", "PYTHONPATH": path}
    with running("run_reflex", tmp_path / "log", cwd=project, **variables) as server:
        admin = httpx.get(f"{server.address}/admin/login/").text
        [style] = re.findall(r'href="(/static/admin/css/base[\w.]*css)"', admin)
        answer = httpx.get(server.address + style)
    assert (answer.status_code, answer.headers["content-type"][:8]) == (200, "text/css")


def test_git_is_told_of_all_that_is_left_behind(project: Path, exported: None) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    status = ["git", "status", "--porcelain", "--untracked-files=normal"]
    found = subprocess.run(status, cwd=project, check=True, capture_output=True, text=True).stdout
    names = {line[3:] for line in found.splitlines()}
    assert names - {"db.sqlite3"} == {".gitignore", "config/", "manage.py", "shop/"}
