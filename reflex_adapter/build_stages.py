"""What somebody who waits for a build is told, and that there is one build at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class Stages:
    """Says which stage begins, and how long it has been since the first one could."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def begin(self, what: str) -> None:
        self._say(f"[{self.seconds:4.1f} s] {what} ...")


@contextmanager
def one_at_a_time(folder: Path, stages: Stages) -> Iterator[None]:
    """Hold what two builds in ``folder`` would both write; wait for another one, and say so.

    Leaves no file behind. Where the system has no locks of folders, nobody waits.
    """
    if fcntl is None:
        yield
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems have none
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stages.begin(f"Another process builds in {folder}: waiting for it")
                fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
