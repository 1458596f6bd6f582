"""Serving needs no node: with none on the PATH, the built shop starts, serves and runs events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.servers import Server, running
from tests.e2e.test_servers import SHOP_STATE
from tests.reflex_adapter.client import connected


@pytest.fixture(params=["hypercorn", "uvicorn", "run_reflex"])
def server(
    request: pytest.FixtureRequest, build: None, database: Path, tmp_path: Path
) -> Iterator[Server]:
    empty = tmp_path / "empty"
    empty.mkdir()
    variables = {"PATH": empty, "SHOP_DATABASE": database}
    with running(request.param, tmp_path / "log", **variables) as server:
        yield server


async def test_the_first_event_is_answered(server: Server) -> None:
    async with httpx.AsyncClient() as browser:
        page = await browser.get(server.address)
    assert (page.status_code, "<title>Tea shop</title>" in page.text) == (200, True)
    async with connected(server.address) as tab:
        assert tab.var(SHOP_STATE, "greeting") == "Hi, guest"
    assert {name[:6] for name in programs(server.process.pid)} == {"python"}


def programs(pid: int) -> Iterator[str]:
    """Return the programs of a process and of those that it has started."""
    yield Path(f"/proc/{pid}/exe").resolve().name
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            yield from programs(child)
