"""The same attacks on Reflex alone and on ours: there they succeed, so that they mean something.

Should one fail on Reflex alone, Reflex has mended it: see whether ours is still needed.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import urlsplit

import pytest

from tests.reflex_adapter.client import PROBE, ROOT, connected
from tests.reflex_adapter.secret import SECRET, shows
from tests.reflex_adapter.serving import free_port

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

VAULT = f"{ROOT}.vault___vault____vault_state"
APP = """
import reflex as rx

class VaultState(rx.State):
    seen: str = ""

    @rx.event
    def keep(self, value: str):
        self.seen = value

app = rx.App()
app.add_page(lambda: rx.el.p(VaultState.seen), route="/")
application = app()
"""
CONFIG = """
import reflex as rx

config = rx.Config(
    app_name="vault", telemetry_enabled=False, disable_plugins=[rx.plugins.SitemapPlugin]
)
"""

Theft = Callable[[str, str], Awaitable[bool]]


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


async def by_connecting(address: str, token: str) -> bool:
    async with connected(address, token=token) as thief:
        return shows(thief)


async def in_band(address: str, token: str) -> bool:
    async with connected(address) as thief:
        await thief.emit("connect", {"QUERY_STRING": f"token={token}", "asgi.scope": {}})
        await thief.send(f"{ROOT}.hydrate")
        await thief.receive()
        return shows(thief)


@pytest.mark.parametrize("theft", [by_connecting, in_band])
async def test_reflex_alone_gives_a_state_to_whoever_knows_its_token(
    plain_reflex: str, theft: Theft
) -> None:
    await answers(plain_reflex)
    assert await stolen(plain_reflex, VAULT, theft)


@pytest.mark.parametrize("theft", [by_connecting, in_band])
async def test_ours_does_not(site: str, theft: Theft) -> None:
    assert not await stolen(site, PROBE, theft)


async def stolen(address: str, state: str, theft: Theft) -> bool:
    token = str(uuid.uuid4())
    async with connected(address, token=token) as owner:
        await owner.call(f"{state}.keep", value=SECRET)
    await asyncio.sleep(0.2)  # until the server knows that the owner has left
    return await theft(address, token)
