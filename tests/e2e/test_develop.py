"""The development loop, as a person at a terminal has it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import websockets

from tests.e2e.edited import (
    SECONDS,
    EditedShop,
    command_of,
    open_files,
    processes_of,
    wait_until,
)
from tests.e2e.servers import SHOP, Server, environment, free_port, manage, running
from tests.reflex_adapter.client import APP_STATE, EventClient, connected

SHOP_STATE = f"{APP_STATE}.shop___states____shop_state"
GREETING = "Hi, "


def vites(server: Server) -> list[int]:
    return [it for it in processes_of(server.process.pid) if "@react-router" in command_of(it)]


def count_of(server: Server) -> tuple[int, int]:
    """Return how many processes there are, and files that the first of them has open."""
    return len(processes_of(server.process.pid)), open_files(server.process.pid)


async def greeting(address: str) -> str:
    async with connected(address) as tab:
        await tab.receive_until(lambda tab: tab.var(SHOP_STATE, "greeting"))
        return str(tab.var(SHOP_STATE, "greeting"))


async def greets_with(address: str, words: str) -> None:
    """Wait until a new tab is greeted so; while the server starts again, it may be lost."""
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                if (await greeting(address)).startswith(words):
                    return
            except (websockets.WebSocketException, OSError):
                pass
            await asyncio.sleep(0.05)


async def is_closed_with(tab: EventClient) -> int:
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await tab.receive_until(lambda tab: False, SECONDS)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_ending_it_ends_all_that_it_has_started(
    build: None, database: Path, tmp_path: Path, number: signal.Signals
) -> None:
    with running("develop", tmp_path / "log", SHOP_DATABASE=database) as server:
        await asyncio.to_thread(wait_until, lambda: "Serving" in server.output)
        assert vites(server)
        async with connected(server.address):
            if number == signal.SIGINT:
                server.interrupt()  # all of them get it, as from a terminal
            else:
                server.process.send_signal(number)
            code = await asyncio.to_thread(server.exit_code)
        assert code == (-number if number == signal.SIGKILL else 0)
        await asyncio.to_thread(wait_until, lambda: not processes_of(server.process.pid), 5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ending_it_while_it_starts_is_quiet(tmp_path: Path, number: signal.Signals) -> None:
    """All of them get the signal while what they are forked from imports Django and Reflex."""
    with (tmp_path / "log").open("wb") as log:
        command = subprocess.Popen(
            [sys.executable, "manage.py", "run_reflex", f"--port={free_port()}"],
            cwd=SHOP,
            env=environment(SHOP_DATABASE=tmp_path / "shop.sqlite3"),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    wait_until(lambda: any("forkserver" in command_of(it) for it in processes_of(command.pid)))
    time.sleep(0.3)  # it imports for a second
    os.killpg(command.pid, number)
    assert command.wait(SECONDS) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
    wait_until(lambda: not processes_of(command.pid), 5)


async def test_a_saved_file_closes_sockets_and_is_what_the_next_one_finds(
    project: EditedShop,
) -> None:
    async with connected(project.server.address) as tab:
        project.edit("states.py", GREETING, "Ho, ")
        assert await is_closed_with(tab) == 1012  # come back
    assert (await greeting(project.server.address)).startswith("Ho, ")


async def test_no_connection_is_refused_while_it_starts_again(project: EditedShop) -> None:
    answers: list[int] = []

    async def ask() -> None:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            answers.append((await client.get(f"{project.server.address}/cart/json/")).status_code)

    async with connected(project.server.address) as tab:
        project.edit("states.py", GREETING, "Hu, ")
        while tab.socket.close_code is None:
            await ask()
    for _ in range(20):
        await ask()
    assert set(answers) == {200}


async def test_fifty_saves_in_a_row_leave_nothing_behind(project: EditedShop) -> None:
    server = project.server
    await greets_with(server.address, GREETING)
    before = count_of(server)
    for number in range(50):
        project.edit("states.py", GREETING, f"Ha{number}, ")
        await asyncio.sleep(0.1)
    await greets_with(server.address, "Ha49, ")

    def nothing_is_left() -> bool:
        processes, files = count_of(server)
        return processes <= before[0] and files < before[1] + 25  # half of what each would leave

    await asyncio.to_thread(wait_until, nothing_is_left)


async def test_a_module_that_cannot_be_read_is_shown_until_it_is_repaired(
    project: EditedShop,
) -> None:
    server = project.server
    said = len(server.output)
    project.edit("models.py", "class Product", "clas Product")
    async with httpx.AsyncClient(base_url=server.address, timeout=SECONDS) as client:
        await asyncio.to_thread(wait_until, lambda: "SyntaxError" in server.output[said:])
        answer = await client.get("/cart/json/")
        assert answer.status_code == 500
        assert "shop/models.py, line " in answer.text
        project.restore()
        await greets_with(server.address, GREETING)
        assert (await client.get("/cart/json/")).status_code == 200


async def test_a_page_that_cannot_be_read_leaves_the_rest_of_the_site(project: EditedShop) -> None:
    server = project.server
    said = len(server.output)
    project.edit("views.py", "def home()", "def home(")
    async with httpx.AsyncClient(base_url=server.address, timeout=SECONDS) as client:
        await asyncio.to_thread(wait_until, lambda: "SyntaxError" in server.output[said:])
        assert (await client.get("/cart/json/")).status_code == 200
        answer = await client.get("/")
        assert answer.status_code == 500
        assert "shop/views.py, line " in answer.text
        project.restore()
        await greets_with(server.address, GREETING)
        assert (await client.get("/")).status_code == 200


async def test_what_the_system_checks_find_is_shown_until_it_is_mended(
    project: EditedShop,
) -> None:
    server = project.server
    said = len(server.output)
    project.edit("models.py", "max_length=80)", "max_length='x')")
    async with httpx.AsyncClient(base_url=server.address, timeout=SECONDS) as client:
        await asyncio.to_thread(wait_until, lambda: "fields.E121" in server.output[said:])
        answer = await client.get("/cart/json/")
        assert answer.status_code == 500
        assert "fields.E121" in answer.text
        assert "Traceback" not in answer.text + server.output[said:]
        project.restore()
        await greets_with(server.address, GREETING)
        assert "System check identified no issues" in server.output[said:]
        assert (await client.get("/cart/json/")).status_code == 200


MIGRATION = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_review")]
"""


async def test_migrations_that_are_not_applied_are_told(project: EditedShop) -> None:
    server = project.server
    said = len(server.output)
    added = project.folder / "shop" / "migrations" / "0099_added.py"
    added.write_text(MIGRATION)
    try:
        await asyncio.to_thread(wait_until, lambda: "unapplied migration" in server.output[said:])
    finally:
        added.unlink()


async def test_a_missing_module_may_come_later(project: EditedShop) -> None:
    server = project.server
    said = len(server.output)
    project.edit("views.py", "import reflex as rx", "import reflex as rx\nimport shop.later")
    await asyncio.to_thread(wait_until, lambda: "ModuleNotFoundError" in server.output[said:])
    later = project.folder / "shop" / "later.py"
    later.write_text("")
    await greets_with(server.address, GREETING)
    said = len(server.output)
    await asyncio.sleep(3)  # it has been looked at, even where the machine is busy
    later.unlink()
    await asyncio.to_thread(wait_until, lambda: "ModuleNotFoundError" in server.output[said:])


async def test_a_guarded_page_is_refused_by_django(project: EditedShop) -> None:
    guard = "from reflex_adapter.auth import login_required\n\n\n@login_required\n"
    async with connected(project.server.address) as tab:
        project.edit("views.py", '@template(route="/cart"', f'{guard}@template(route="/cart"')
        assert await is_closed_with(tab) == 1012
    async with httpx.AsyncClient(base_url=project.server.address, timeout=SECONDS) as client:
        answer = await client.get("/cart", headers={"Accept": "text/html"})
        assert answer.status_code == 302
        assert answer.headers["location"].endswith("/login/?next=/cart")
        assert (await client.get("/")).status_code == 200


async def test_vite_is_started_again_and_its_last_words_are_shown(project: EditedShop) -> None:
    server = project.server
    said = len(server.output)
    [vite] = vites(server)
    os.kill(vite, signal.SIGKILL)
    await asyncio.to_thread(wait_until, lambda: "Vite has ended" in server.output[said:])
    last_words = server.output[said:].partition("Vite has ended")[0]
    assert "[vite]" in last_words or "Local:" in last_words
    page = await asyncio.to_thread(httpx.get, server.address, timeout=SECONDS)
    assert page.status_code == 200
    assert len(vites(server)) == 1


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("/", 200, '<script type="module"'),
        ("/product/teapot", 200, '<script type="module"'),
        ("/nosuch", 404, '<script type="module"'),
        ("/app/root.jsx", 200, "__vite__createHotContext"),
        ("/@vite/client", 200, "vite-hmr"),
        ("/env.json?import", 200, "globalThis.location?.origin"),
        ("/assets/nosuch.js", 404, "Not Found"),
        ("/app/nosuch.jsx", 404, "Not Found"),
        ("/admin/login/", 200, 'name="csrfmiddlewaretoken"'),
        ("/cart/json/", 200, '"count": 0'),
        ("/@fs/etc/passwd", 403, ""),
        ("/app/../../config/settings.py", 404, ""),
        ("/app/%2e%2e/%2e%2e/config/settings.py", 404, ""),
        ("/@fs{folder}/config/settings.py?raw", 403, ""),
        ("/__open-in-editor?file={folder}/nosuch.py", 404, "Not Found"),
        ("/%5F_open-in-editor?file={folder}/nosuch.py", 404, "Not Found"),
        ("//__open-in-editor?file={folder}/nosuch.py", 404, "Not Found"),
        ("/product/teapot?raw", 200, '<script type="module"'),
        ("/favicon.ico", 200, ""),
        ("/nosuch.ico", 404, "Not Found"),
    ],
)
def test_each_path_reaches_whom_it_belongs_to(
    project: EditedShop, path: str, status: int, part: str
) -> None:
    path = path.format(folder=project.folder)
    answer = httpx.get(f"{project.server.address}{path}", timeout=SECONDS)
    assert answer.status_code == status
    assert "SECRET_KEY" not in answer.text
    assert part in answer.text
    assert "own-origin.invalid" not in answer.text


def hot_socket(address: str, origin: str, path: str = "/") -> websockets.connect:
    place = f"{address.replace('http', 'ws')}{path}"
    return websockets.connect(place, subprotocols=["vite-ping"], origin=origin)


async def test_the_socket_of_vite_is_behind_the_one_port(project: EditedShop) -> None:
    address = project.server.address
    async with hot_socket(address, address) as socket_:
        assert socket_.subprotocol == "vite-ping"
        with pytest.raises(websockets.ConnectionClosedOK):  # Vite has answered
            await asyncio.wait_for(socket_.recv(), SECONDS)


async def test_a_socket_of_reflex_is_no_other_for_naming_vites_protocol(
    project: EditedShop,
) -> None:
    address = project.server.address
    async with hot_socket(address, address, "/_event/?EIO=4&transport=websocket") as socket_:
        assert str(await asyncio.wait_for(socket_.recv(), SECONDS)).startswith('0{"sid"')


async def test_nor_is_one_of_django(project: EditedShop) -> None:
    address = project.server.address
    with pytest.raises(websockets.InvalidStatus):
        async with hot_socket(address, address, "/admin/"):
            pass


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_site_has_no_socket_of_vite(project: EditedShop, origin: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with hot_socket(project.server.address, origin):
            pass
    assert refused.value.response.status_code == 403


FROM_ANOTHER_SITE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
A_LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
OURS = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/app/root.jsx", "/@vite/client"])
@pytest.mark.parametrize(
    ("headers", "status"), [(FROM_ANOTHER_SITE, 403), (A_LINK, 200), (OURS, 200)]
)
def test_another_site_has_nothing_of_vite_but_links(
    project: EditedShop, path: str, headers: dict[str, str], status: int
) -> None:
    answer = httpx.get(f"{project.server.address}{path}", headers=headers, timeout=SECONDS)
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/app/root.jsx", "/env.json"])
def test_no_other_origin_of_this_machine_may_read_it(project: EditedShop, path: str) -> None:
    headers = {"Origin": "http://localhost:9999", "Sec-Fetch-Site": "same-site"}
    answer = httpx.get(f"{project.server.address}{path}", headers=headers, timeout=SECONDS)
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("path", ["/", "/app/root.jsx", "/@vite/client"])
def test_another_host_is_refused(project: EditedShop, path: str) -> None:
    answer = httpx.get(f"{project.server.address}{path}", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_vite_hears_on_this_machine_only(project: EditedShop) -> None:
    [vite] = vites(project.server)
    port = int(command_of(vite).partition("--port ")[2].split()[0])
    with socket.create_connection(("127.0.0.1", port), 5):
        pass
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), 5)


def test_a_port_that_is_taken_is_one_line(project: EditedShop) -> None:
    with pytest.raises(AssertionError) as refused:
        manage("run_reflex", f"--port={project.server.port}")
    [line] = str(refused.value).splitlines()
    assert line.startswith(f"CommandError: Cannot serve on 127.0.0.1:{project.server.port}: ")


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_a_port_that_cannot_be_is_one_sentence(env: str) -> None:
    with pytest.raises(AssertionError) as ended:
        manage("run_reflex", "--port=99999", f"--env={env}")
    assert str(ended.value).splitlines() == ["CommandError: --port is 0 to 65535."]
