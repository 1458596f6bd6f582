"""Which cores a measuring process runs on.

One thread at a time runs Python, so a process has no use for more than one core here; but with
several to choose from, each switch of threads wakes one that sleeps, which takes as long as a good
part of what is measured, and longer on some machines than on others. Where a process cannot be kept
on a core, nothing is changed.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def on_one_core() -> Iterator[set[int]]:
    """Keep this process, its threads included, on one core; give those that are left."""
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    if len(cores) < 2:
        yield set()
        return
    own = max(cores)
    keep_on({own})
    try:
        yield cores - {own}
    finally:
        keep_on(cores)


def keep_on(cores: Collection[int]) -> None:
    for thread in os.listdir("/proc/self/task"):
        with suppress(ProcessLookupError):  # it has ended meanwhile
            os.sched_setaffinity(int(thread), cores)
