"""A project that has an ``rx.App`` of its own: ``DjangoApp(...)`` in its place, and it is led."""

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


@rx.page(route="/decorated")
def decorated() -> rx.Component:
    return rx.text("decorated")


app = APP(style={"color": "red"})
app.add_page(index, route="/notes")
"""

# Of another app of the same project.
MORE = """
import reflex as rx
from reflex_adapter import page


@page(route="/more")
def more() -> rx.Component:
    return rx.text("more")
"""

SETTINGS = """
from config.settings import *

INSTALLED_APPS = [*[app for app in INSTALLED_APPS if app != "shop"], "notes"]
ROOT_URLCONF = "notes_urls"
"""

URLS = """
from reflex_adapter.urls import reflex_mount
urlpatterns = [reflex_mount(MOUNT)]
"""

# What Reflex has where it builds: the module it imports, its pages and states.
BUILT = """
import django; django.setup()
from importlib import import_module
from reflex_base.config import get_config
from reflex_adapter._reflex import state_classes
app = import_module(get_config().module).app
app()  # which evaluates the pages
print(app.style["color"], sorted(app._unevaluated_pages), *sorted(map(str, state_classes())))
"""

SCRIPT = """
import asyncio
from reflex_adapter.asgi_entry import application
from reflex_adapter.django_led_app import app
from reflex_adapter._reflex import state_classes
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
            print(app.style["color"], sorted(app._unevaluated_pages), end=" ")
            print(*sorted(map(str, state_classes())))
    finally:
        stop.set()
        await server

asyncio.run(main())
"""


INSTALLED = {
    "notes_settings.py": SETTINGS,
    "notes/views.py": "from notes import notes\n",
    "notes_urls.py": URLS.replace("MOUNT", 'app_name="notes"'),
}
NAMED = {
    "notes_settings.py": SETTINGS.replace('"notes"', '"more"'),
    "more/__init__.py": "",
    "more/views.py": MORE,
    "notes_urls.py": URLS.replace("MOUNT", 'app_module="notes.notes"'),
}


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A project whose app is imported by its views or, as parameter, named by the mount."""
    for folder in ("notes", "more"):
        (tmp_path / folder).mkdir()
    files = {
        "notes/__init__.py": "",
        "notes/notes.py": NOTES.replace("APP(", "DjangoApp("),
        **getattr(request, "param", INSTALLED),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(
    project: Path, served: str = "application", origin: str = '""', script: str = SCRIPT
) -> tuple[int, str]:
    script = script.replace("SERVED", served).replace("ORIGIN", origin)
    done = completed(
        f"import sys; sys.path.insert(0, {str(project)!r})\n{script}",
        project,
        DJANGO_SETTINGS_MODULE="notes_settings",
        SHOP_DATABASE=str(project / "db.sqlite3"),
        REFLEX_STATES_WORKDIR=str(project / "states"),
    )
    return done.returncode, done.stdout + done.stderr


def test_its_events_are_requests_of_django(project: Path) -> None:
    code, output = run(project)
    assert (code, "True ['404', 'decorated', 'notes'] POST as ''" in output) == (0, True), output


named = pytest.mark.parametrize("project", [NAMED], indirect=True, ids=["named"])


@named
def test_its_module_can_be_named_and_the_pages_of_installed_apps_are_added(project: Path) -> None:
    code, output = run(project)
    pages = "['404', 'decorated', 'more', 'notes']"
    assert (code, f"True {pages} POST as ''" in output) == (0, True), output


@named
def test_what_is_built_is_what_is_served(project: Path) -> None:
    _, served = run(project)
    code, built = run(project, script=BUILT)
    assert code == 0, built
    assert "NotesState" in built
    assert built.strip() in served


MISTAKES = {
    "missing": ("", "there is no module 'notes.notes'"),
    "without an app": ("application = 1", "it has no app; write app = DjangoApp(...) in it."),
    "of another kind": (NOTES.replace("APP(", "rx.App("), "write DjangoApp(...) of reflex_adapter"),
    "a function": ("def app(): ...", "write DjangoApp(...) of reflex_adapter"),
}


@named
@pytest.mark.parametrize(("source", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_module_that_cannot_be_the_app_is_refused_by_name(
    project: Path, source: str, said: str
) -> None:
    (project / "notes/notes.py").write_text(source)
    if not source:
        (project / "notes/notes.py").unlink()
    code, output = run(project)
    last = output.splitlines()[-1]
    assert code == 1
    assert "ImproperlyConfigured: reflex_mount(app_module='notes.notes'): " in last
    assert said in last


@named
def test_what_it_cannot_import_itself_is_its_own_mistake(project: Path) -> None:
    (project / "notes/notes.py").write_text("import no_such_module\n")
    code, output = run(project)
    assert (code, "The pages cannot be loaded: " in output) == (1, True), output
    assert "No module named 'no_such_module'" in output


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


TRANSFORMED = """
from reflex_adapter.reflex_app import DjangoApp
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

api = Starlette(routes=[Route("/api/{name}", lambda request: PlainTextResponse("of its own"))])
app = DjangoApp(api_transformer=api)
"""
ASK = """
import asyncio, httpx
from reflex_adapter.asgi_entry import application

async def ask():
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        print([(await client.get(path)).text[:10] for path in ("/api/x", "/ping")])

asyncio.run(ask())
"""


@named
def test_its_api_is_served_at_paths_that_are_reserved_for_it(project: Path) -> None:
    (project / "notes/notes.py").write_text(TRANSFORMED)
    with (project / "notes_settings.py").open("a") as settings:
        settings.write("REFLEX_DJANGO_RESERVED_REFLEX_PREFIXES = ['/api']\n")
    code, output = run(project, script=ASK)
    assert (code, "['of its own', '\"pong\"']" in output) == (0, True), output
