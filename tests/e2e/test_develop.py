"""The development loop, as a person at a terminal has it."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.e2e.servers import Server, running
from tests.reflex_adapter.client import connected


def group_is_empty(server: Server) -> bool:
    """Tell whether of all that the command has started, nothing runs any more."""
    try:
        os.killpg(server.process.pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("whole_group", [True, False], ids=["Ctrl-C", "SIGTERM"])
async def test_ending_it_ends_all_that_it_has_started(
    build: None, database: Path, tmp_path: Path, whole_group: bool
) -> None:
    with running("develop", tmp_path / "log", SHOP_DATABASE=database) as server:
        async with connected(server.address):
            if whole_group:
                server.interrupt()
            else:
                server.process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(server.exit_code) == 0
        async with asyncio.timeout(5):
            while not group_is_empty(server):  # noqa: ASYNC110 - of processes, nobody tells us
                await asyncio.sleep(0.05)
