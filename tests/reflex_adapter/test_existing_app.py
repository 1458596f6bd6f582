"""A project that has an ``rx.App`` of its own: ``DjangoApp(...)`` in its place is all there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fresh import completed

NOTES = """
import reflex as rx
from reflex_adapter.current import current_request
from reflex_adapter.reflex_app import DjangoApp


class NotesState(rx.State):
    seen: str = ""

    @rx.event
    async def who(self):
        self.seen = f"{current_request().method} as {current_request().user.get_username()!r}"


def index() -> rx.Component:
    return rx.text(NotesState.seen)


app = APP(style={"color": "red"})
app.add_page(index, route="/notes")
"""

SETTINGS = """
from config.settings import *

INSTALLED_APPS = [*[app for app in INSTALLED_APPS if app != "shop"], "notes"]
ROOT_URLCONF = "notes_urls"
"""

URLS = """
from reflex_adapter.urls import reflex_mount
urlpatterns = [reflex_mount(app_name="notes")]
"""

SCRIPT = """
import asyncio
from reflex_adapter.asgi_entry import application
from reflex_adapter.django_led_app import app
from notes.notes import app as own
from tests.reflex_adapter.client import ROOT, connected
from hypercorn.asyncio import serve
from hypercorn.config import Config
from tests.reflex_adapter.serving import free_port

STATE = f"{ROOT}.notes___notes____notes_state"

async def main():
    config, stop = Config(), asyncio.Event()
    config.bind = [f"127.0.0.1:{free_port()}"]
    served = SERVED
    server = asyncio.create_task(serve(served, config, shutdown_trigger=stop.wait))
    await asyncio.sleep(0.5)
    try:
        async with connected(f"http://{config.bind[0]}", page="/notes", origin=ORIGIN) as tab:
            await tab.call(f"{STATE}.who")
            print(app is own, sorted(app._unevaluated_pages), tab.var(STATE, "seen"))
    finally:
        stop.set()
        await server

asyncio.run(main())
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    files = {
        "notes/__init__.py": "",
        "notes/notes.py": NOTES.replace("APP(", "DjangoApp("),
        "notes/views.py": "from notes import notes\n",
        "notes_settings.py": SETTINGS,
        "notes_urls.py": URLS,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(project: Path, served: str = "application", origin: str = '""') -> tuple[int, str]:
    script = f"import sys; sys.path.insert(0, {str(project)!r})\n" + SCRIPT
    script = script.replace("SERVED", served).replace("ORIGIN", origin)
    done = completed(
        script,
        project,
        DJANGO_SETTINGS_MODULE="notes_settings",
        SHOP_DATABASE=str(project / "db.sqlite3"),
        REFLEX_STATES_WORKDIR=str(project / "states"),
    )
    return done.returncode, done.stdout + done.stderr


def test_its_events_are_requests_of_django(project: Path) -> None:
    code, output = run(project)
    assert (code, "True ['404', 'notes'] POST as ''" in output) == (0, True), output


@pytest.mark.parametrize("origin", ['"https://evil.example"', '"null"'])
def test_served_without_django_around_it_a_foreign_origin_is_refused(
    project: Path, origin: str
) -> None:
    code, output = run(project, "app()", origin)
    assert (code, "403" in output) == (1, True), output


def test_another_kind_of_app_is_refused_with_the_remedy(project: Path) -> None:
    (project / "notes/notes.py").write_text(NOTES.replace("APP(", "rx.App("))
    code, output = run(project)
    assert (code, "write DjangoApp(...)" in output) == (1, True), output
