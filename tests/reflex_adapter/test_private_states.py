"""The folder in which Reflex keeps states is its owner's alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from reflex_adapter._reflex import states_folder
from reflex_adapter.private_states import keep_private
from tests.reflex_adapter.client import connected, run


def rights(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.django_db(transaction=True)
async def test_nobody_else_may_enter_it_once_the_application_is_made(site: str) -> None:
    async with connected(site) as tab:
        await run(tab, "who")
    assert rights(states_folder()) == 0o700


def test_one_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    keep_private(tmp_path)
    assert rights(tmp_path) == 0o700


def test_where_there_is_none_nothing_is_made(tmp_path: Path) -> None:
    keep_private(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_one_that_cannot_be_closed_is_named(caplog: pytest.LogCaptureFixture) -> None:
    keep_private(Path("/proc/self"))  # whose rights nobody can change
    assert "/proc/self" in caplog.text
