"""The same attacks on Reflex alone and on ours: there they succeed, so that they mean something.

Should one fail on Reflex alone, Reflex has mended it: see whether ours is still needed.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.reflex_adapter.attacks import ATTACKS, Attack, Target, described, handed_in
from tests.reflex_adapter.client import APP_STATE, ROOT, connected, run
from tests.reflex_adapter.secret import SECRET, shows
from tests.reflex_adapter.serving import free_port

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

VAULT = f"{ROOT}.vault___vault____vault_state"
OUR_VAULT = f"{APP_STATE}.tests___probe___vault____vault_state"
APP = """
import reflex as rx

class VaultState(rx.State):
    seen: str = ""
    told: str = ""

    @rx.event
    async def keep(self, value: str):
        self.seen = value

    @rx.event
    async def describe(self):
        self.told = self._who()

    @rx.event
    async def hand_in(self, files: list[rx.UploadFile]):
        self.told = f"{self.seen} for {self._who()}"

    def _who(self) -> str:
        headers = self.router_data["headers"]
        cookie, host = headers.get("cookie"), headers.get("host")
        return f"{cookie} at {host} from {self.router_data['ip']}"

app = rx.App()
app.add_page(lambda: rx.fragment(rx.el.p(VaultState.told), rx.upload(id="x")), route="/")
application = app()
"""
CONFIG = """
import reflex as rx

config = rx.Config(
    app_name="vault", telemetry_enabled=False, disable_plugins=[rx.plugins.SitemapPlugin]
)
"""


@pytest.fixture(scope="module")
def plain_reflex(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app of Reflex alone, in a process of its own."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "rxconfig.py").write_text(CONFIG)
    (folder / "vault").mkdir()
    (folder / "vault" / "vault.py").write_text(APP)
    bind = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "hypercorn", "vault.vault:application", "--bind", bind]
    variables = {"__REFLEX_SKIP_COMPILE": "1", "PYTHONPATH": str(folder)}
    variables["REFLEX_STATES_WORKDIR"] = str(folder / "states")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **variables}, stdout=log, stderr=log
        )
    try:
        yield f"http://{bind}"
    finally:
        process.kill()  # hypercorn would wait for open sockets
        process.wait()


async def answers(address: str, seconds: float = 60) -> None:
    url = urlsplit(address)
    async with asyncio.timeout(seconds):
        while True:
            try:
                _, writer = await asyncio.open_connection(url.hostname, url.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
async def test_on_reflex_alone_it_succeeds(plain_reflex: str, attack: Attack) -> None:
    await answers(plain_reflex)
    assert await attack(Target(plain_reflex, VAULT))


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
async def test_on_ours_it_fails(site: str, attack: Attack, logged_in: str) -> None:
    async with connected(site) as somebody_else:
        assert not await attack(Target(site, OUR_VAULT, logged_in))
        await run(somebody_else, "who")


async def test_ours_has_what_the_attacks_are_after(site: str, logged_in: str) -> None:
    """So that they do not fail for want of it."""
    target, token = Target(site, OUR_VAULT, logged_in), str(uuid.uuid4())
    async with connected(site, cookie=logged_in, token=token) as owner:
        await owner.call(f"{OUR_VAULT}.keep", value=SECRET)
        assert shows(owner)
        assert logged_in in await described(target, owner)
        answer = await handed_in(target, token, f"{logged_in}; {owner.visitor}")
        assert SECRET in answer
        assert logged_in in answer
