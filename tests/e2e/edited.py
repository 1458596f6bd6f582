"""A copy of the shop that a test may edit, developed by ``run_reflex``."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.servers import SHOP, Server, running

SECONDS = 20.0  # for a reload, on a machine that is busy with other tests
LEFT_BEHIND = shutil.ignore_patterns(".states", "staticfiles", "db.sqlite3*", "__pycache__")


@dataclass
class EditedShop:
    """The copy, and the server that watches it."""

    folder: Path
    server: Server
    edited: set[str] = field(default_factory=set)

    def edit(self, name: str, old: str, new: str) -> None:
        """Save the file with ``new`` for ``old``, of the shop's own text."""
        text = original(name)
        assert old in text
        self.save(name, text.replace(old, new))

    def restore(self) -> None:
        for name in self.edited:
            self.save(name, original(name))

    def save(self, name: str, text: str) -> None:
        """Save as an editor does: nobody sees half of it."""
        self.edited.add(name)
        file = self.folder / "shop" / name
        fresh = file.with_suffix(".tmp")
        fresh.write_text(text)
        fresh.replace(file)


def original(name: str) -> str:
    return (SHOP / "shop" / name).read_text()


@contextmanager
def developed_copy(folder: Path, database: Path, **variables: object) -> Iterator[EditedShop]:
    """Develop a copy of the shop in ``folder``; its first page is ready."""
    copy = folder / "shop"
    shutil.copytree(SHOP, copy, symlinks=True, ignore=LEFT_BEHIND)
    variables["SHOP_DATABASE"] = shutil.copy(database, folder / "develop.sqlite3")
    with running("develop", folder / "log", cwd=copy, fails=True, **variables) as server:
        wait_until(lambda: "Serving" in server.output)
        yield EditedShop(copy, server)


def wait_until(holds: Callable[[], object], seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def processes_of(group: int) -> list[int]:
    """Return the processes of a group, those that have ended left out."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ends as we look
            state, _, its_group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                found.append(int(folder.name))
    return found


def command_of(process: int) -> str:
    try:
        return (Path("/proc") / str(process) / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def open_files(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))
