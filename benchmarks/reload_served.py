"""Copies of the shop that may be edited, each with a server that watches it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
SHOP = ROOT / "examples" / "shop"
STARTING = 300.0  # seconds; packages may have to be installed
AWAY = (OSError, HTTPException)  # what a server that starts again may do to an answer
LOOK_EACH = 0.01

NOT_COPIED = shutil.ignore_patterns(".states", "staticfiles", "db.sqlite3*", "__pycache__")
LIGHT = shutil.ignore_patterns(".web", ".states", "staticfiles", "db.sqlite3*", "__pycache__")


@dataclass
class Served:
    folder: Path
    address: str

    def edit(self, name: str, old: str, new: str) -> None:
        """Save the file with ``new`` for ``old``, of the shop's own text."""
        text = (SHOP / "shop" / name).read_text()
        if old not in text:
            raise LookupError(f"{name} has no {old!r}.")
        (self.folder / "shop" / name).write_text(text.replace(old, new))

    def wait_until_it_says(self, words: str, seconds: float) -> None:
        """Ask for the cart until the answer has ``words``; who starts again refuses meanwhile."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(*AWAY), urlopen(f"{self.address}/cart/json/") as answer:
                if words in answer.read().decode():
                    return
            time.sleep(LOOK_EACH)
        raise TimeoutError(f"{self.address} does not say {words!r}.")


@contextmanager
def run_by_django(folder: Path) -> Iterator[Served]:
    """A copy under Django's own server, which loads nothing of Reflex."""
    shutil.copytree(SHOP, folder, ignore=LIGHT)
    with serving(folder, "runserver", "{port}") as served:
        yield served


@contextmanager
def developed(folder: Path) -> Iterator[Served]:
    shutil.copytree(SHOP, folder, symlinks=True, ignore=NOT_COPIED)
    with serving(folder, "run_reflex", "--port", "{port}") as served:
        yield served


@contextmanager
def serving(folder: Path, *command: str) -> Iterator[Served]:
    port = free_port()
    inherited = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    environment = {**inherited, "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "manage.py"]
    subprocess.run([*run, "migrate", "--verbosity=0"], check=True, cwd=folder, env=environment)
    process = subprocess.Popen(
        [*run, *(argument.format(port=port) for argument in command)],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        served = Served(folder, f"http://127.0.0.1:{port}")
        served.wait_until_it_says("count", STARTING)
        yield served
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(10)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
