"""FastAPI, Channels and a Starlette beside Django and Reflex: ``build_application``."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx
import pytest
import websockets

from tests.fresh import ROOT, completed, printed
from tests.reflex_adapter.client import APP_STATE, connected
from tests.reflex_adapter.own_process import own_process
from tests.stopping.stoppable import Running, running

WHO = f"{APP_STATE}.tests___beside___views____who_state"
SETTINGS = "tests.beside.settings"
FOREIGN = "https://evil.example"

LOG_IN = """
import django; django.setup()
from django.core.management import call_command
from django.contrib.auth.models import User
from django.test import Client
call_command("migrate", verbosity=0)
client = Client()
client.force_login(User.objects.create_user("ada", password="secret"))
print(client.cookies["sessionid"].value)
"""
BUILT = """
import sys
from asgi_compose import Route, path_exact, path_prefix, scope_type
from reflex_adapter import asgi_entry

async def app(scope, receive, send): ...

asgi_entry.build_application(routes=[Route({predicate}, app)])
print("made")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("beside")


@pytest.fixture(scope="module")
def cookie(folder: Path) -> str:
    """The ``Cookie`` header of somebody whom Django has logged in."""
    key = printed(LOG_IN, DJANGO_SETTINGS_MODULE=SETTINGS, BESIDE_FOLDER=str(folder)).strip()
    return f"sessionid={key}"


@pytest.fixture(scope="module", params=["hypercorn", "run_reflex"])
def site(request: pytest.FixtureRequest, folder: Path, cookie: str) -> Iterator[str]:
    variables = {"BESIDE_FOLDER": str(folder), "REFLEX_STATES_WORKDIR": str(folder / "states")}
    with ExitStack() as stack:
        if request.param == "hypercorn":
            served = own_process(
                SETTINGS, folder / "log", "tests.beside.asgi:application", **variables
            )
            yield stack.enter_context(served).address
        else:
            yield stack.enter_context(run_reflex(folder)).address


def run_reflex(folder: Path) -> AbstractContextManager[Running]:
    return running(folder, DJANGO_SETTINGS_MODULE=SETTINGS, BESIDE_FOLDER=str(folder))


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("/whoami/", 200, ""),
        ("/status", 200, "well"),
        ("/status/", 200, "Django has it."),
        ("/api/openapi.json", 200, "FastAPI"),
        ("/api/", 404, '{"detail":"Not Found"}'),
        ("/apis/", 200, "Django has it."),
        ("/ping", 200, "pong"),
        ("/ws/who/", 200, "Django has it."),
        ("/nosuch", 503, "export_reflex"),  # the pages are not built
    ],
)
def test_each_path_reaches_whom_it_belongs_to(site: str, path: str, status: int, part: str) -> None:
    answer = httpx.get(f"{site}{path}")
    assert (answer.status_code, part in answer.text) == (status, True), answer.text


@pytest.mark.parametrize("path", ["/whoami/", "/status", "/api/", "/ping"])
def test_the_middleware_is_around_all_of_them(site: str, path: str) -> None:
    assert httpx.get(f"{site}{path}").headers["x-by"] == "stack"


def test_middleware_of_starlette_will_do(site: str) -> None:
    answer = httpx.get(f"{site}/status", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


async def who(site: str, cookie: str) -> list[str]:
    """Return who somebody is to Django, to an event, to Channels and to FastAPI."""
    headers = {"Cookie": cookie} if cookie else {}
    async with (
        httpx.AsyncClient(base_url=site, headers=headers) as client,
        connected(site, cookie=cookie) as tab,
        websockets.connect(
            f"{site.replace('http', 'ws')}/ws/who/",
            origin=site,  # type: ignore[arg-type]
            additional_headers=headers,
        ) as socket,
    ):
        await tab.call(f"{WHO}.ask")
        django, fastapi = await client.get("/whoami/"), await client.get("/api/me")
        assert fastapi.json()["state"] == "by FastAPI"
        return [
            *(django.text, tab.var(WHO, "name")),
            *(str(await socket.recv()), fastapi.json()["user"]),
        ]


async def test_all_of_them_know_the_same_user(site: str, cookie: str) -> None:
    assert await who(site, cookie) == ["ada"] * 4
    assert await who(site, "") == ["", "nobody", "nobody", ""]


def address_of_socket(site: str, path: str) -> str:
    return f"{site.replace('http', 'ws')}{path}"


async def test_the_origin_of_a_socket_beside_is_not_checked(site: str) -> None:
    url = address_of_socket(site, "/api/echo")
    async with websockets.connect(url, origin=FOREIGN) as socket:  # type: ignore[arg-type]
        await socket.send("hello")
        assert await socket.recv() == "hello"


@pytest.mark.parametrize("path", ["/status", "/ws/who/", "/_event/?EIO=4&transport=websocket"])
async def test_but_where_it_is_guarded_and_by_reflex(site: str, path: str) -> None:
    url = address_of_socket(site, path)
    async with websockets.connect(url, origin=site):  # type: ignore[arg-type]
        pass
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(url, origin=FOREIGN):  # type: ignore[arg-type]
            pass
    assert refused.value.response.status_code == 403


async def test_a_socket_that_nobody_takes_is_refused(site: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(address_of_socket(site, "/whoami/")):
            pass
    assert refused.value.response.status_code == 403


async def test_run_reflex_stops_in_time_with_their_sockets_open(tmp_path: Path) -> None:
    with run_reflex(tmp_path) as server:
        async with websockets.connect(address_of_socket(server.address, "/api/echo")) as socket:
            since = server.stop()
            with pytest.raises(websockets.ConnectionClosed):
                await socket.recv()
            assert socket.close_code == 1012
        assert await server.exit_code(since) == 0, server.output
        assert (tmp_path / "notes").read_text() == "startup\nshutdown\n"


def built(predicate: str, folder: Path, urls: str = "") -> subprocess.CompletedProcess[str]:
    script = BUILT.format(predicate=predicate)
    variables = {"DJANGO_SETTINGS_MODULE": SETTINGS, "BESIDE_FOLDER": str(folder)}
    if urls:
        (folder / "beside_urls.py").write_text(urls)
        (folder / "beside_settings.py").write_text(
            f"from {SETTINGS} import *\nROOT_URLCONF = 'beside_urls'\n"
        )
        script = f"import sys; sys.path.insert(0, {str(folder)!r})\n{script}"
        variables["DJANGO_SETTINGS_MODULE"] = "beside_settings"
    return completed(script, cwd=folder, **variables)


@pytest.mark.parametrize(
    ("predicate", "path"),
    [
        ('path_prefix("/api", "/_event")', "/_event"),
        ('path_exact("/_upload/mine")', "/_upload/mine"),
        ('path_prefix("_event_cookies")', "/_event_cookies"),
        ('path_prefix("/app")', "the pages are at /app/ui"),
        ('path_prefix("/app/ui")', "the pages are at /app/ui"),
    ],
)
def test_a_route_in_reflexs_way_is_refused_by_name(
    tmp_path: Path, predicate: str, path: str
) -> None:
    done = built(predicate, tmp_path, MOUNTED)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert "ImproperlyConfigured: build_application(routes=...): path_" in last
    assert path in last


def test_a_route_of_all_paths_is_refused_with_what_to_write(tmp_path: Path) -> None:
    last = built('path_prefix("/")', tmp_path).stderr.splitlines()[-1]
    assert "needs at least one prefix. For every path, use default=" in last


MOUNTED = """
from reflex_adapter.urls import reflex_mount
urlpatterns = [reflex_mount(app_name="beside", mount_prefix="/app/ui")]
"""


@pytest.mark.parametrize(
    "predicate",
    ['path_prefix("/app/ui/api")', 'path_prefix("/_eventual")', 'scope_type("websocket")'],
)
def test_a_route_beside_it_is_taken(tmp_path: Path, predicate: str) -> None:
    done = built(predicate, tmp_path, MOUNTED)
    assert done.stdout == "made\n", done.stderr


def blocks_of_readme() -> dict[str, str]:
    """Return the code of the README's section, by the file that its first line names."""
    text = (ROOT / "README.md").read_text()
    section = text.partition("### If you have other ASGI applications")[2].partition("\n### ")[0]
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", section, re.DOTALL)
    return {name.replace("/", "_").removesuffix(".py"): code for name, code in blocks}


async def test_what_the_readme_shows_works(folder: Path, cookie: str, tmp_path: Path) -> None:
    blocks = blocks_of_readme()
    assert set(blocks) == {"config_asgi", "shop_api", "shop_chat"}
    for name, code in blocks.items():
        (tmp_path / f"{name}.py").write_text(code.replace("shop.", "shop_"))
    variables = {"BESIDE_FOLDER": str(folder), "REFLEX_STATES_WORKDIR": str(tmp_path / "states")}
    served = own_process(SETTINGS, tmp_path / "log", "config_asgi:application", **variables)
    with served as server:
        async with httpx.AsyncClient(base_url=server.address, headers={"Cookie": cookie}) as client:
            assert (await client.get("/api/me")).json() == {"user": "ada"}
        url = address_of_socket(server.address, "/ws/chat/")
        async with websockets.connect(
            url,
            origin=server.address,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie},
        ) as socket:
            assert await socket.recv() == "Hi, ada"
