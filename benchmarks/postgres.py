"""A PostgreSQL for as long as it is needed: a new cluster in a temporary folder, from its binaries.

It is reached by a socket in that folder only, so that it meets no other and needs no port of the
machine. Nothing in it outlives the process that started it, so that it may be careless about disks.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 30.0
USER = "postgres"
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def binaries() -> Path | None:
    """Return the folder of ``initdb`` and ``postgres``; Debian keeps it off the PATH."""
    found = [it.parent for it in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class Postgres:
    """A server that can be stopped and started again with what is in its cluster."""

    def __init__(self, folder: Path, bin: Path) -> None:
        self.folder, self.bin, self.data = folder, bin, str(folder / "data")
        self.process: subprocess.Popen[bytes] | None = None

    def database(self, **entries: Any) -> dict[str, Any]:
        """Return an entry for ``DATABASES``."""
        places = {"NAME": "postgres", "USER": USER, "HOST": str(self.folder)}
        return {"ENGINE": "django.db.backends.postgresql", **places, **entries}

    def initialise(self) -> None:
        if as_user():
            shutil.chown(self.folder, USER, USER)
        options = [f"--username={USER}", "--auth=trust", "--no-sync", "--no-locale"]
        initdb = [str(self.bin / "initdb"), "--pgdata", self.data, *options]
        done = subprocess.run(initdb, cwd=self.folder, capture_output=True, text=True, **as_user())
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stderr}")

    def start(self) -> None:
        settings = [f"unix_socket_directories={self.folder}", "listen_addresses=", *CARELESS]
        options = [word for setting in settings for word in ("-c", setting)]
        command = [str(self.bin / "postgres"), "-D", self.data, *options]
        with (self.folder / "log").open("ab") as log:
            self.process = process = subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=log, **as_user()
            )
        self._wait_until_ready(process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        status, deadline = Path(self.data, "postmaster.pid"), time.monotonic() + PATIENCE
        while not (status.exists() and "ready" in status.read_text()):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"postgres did not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop at once, in the middle of queries too; one that is stopped already is left alone."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)
            self.process = None


def as_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: Debian makes a user for it."""
    return {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}


@contextmanager
def running(bin: Path) -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        postgres = Postgres(Path(folder), bin)
        postgres.initialise()
        try:
            postgres.start()
            yield postgres
        finally:
            postgres.stop()
