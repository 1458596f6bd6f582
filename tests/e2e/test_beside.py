"""``run_reflex`` serves what ``ASGI_APPLICATION`` names: here an application beside the shop."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
import websockets

from tests.e2e.servers import running
from tests.reflex_adapter.client import ROOT, connected


@pytest.mark.parametrize("kind", ["develop", "run_reflex"])
async def test_it_is_served_in_development_and_in_production(
    build: None, database: Path, tmp_path: Path, kind: str
) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "tests.e2e.settings_beside"}
    with running(kind, tmp_path / "log", SHOP_DATABASE=database, **settings) as server:
        async with httpx.AsyncClient(base_url=server.address, timeout=30) as client:
            assert (await client.get("/live/")).text == "live"
            assert (await client.get("/static/admin/css/base.css")).status_code == 200
            assert (await client.get("/")).status_code == 200
        url = f"{server.address.replace('http', 'ws')}/live/stream"
        async with websockets.connect(url) as socket, connected(server.address) as tab:
            assert await socket.recv() == "live"
            assert tab.var(ROOT, "is_hydrated")
            server.interrupt()
            assert await asyncio.to_thread(server.exit_code, 20) == 0
