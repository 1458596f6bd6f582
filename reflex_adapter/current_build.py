"""The index of the build in force: made when it is first needed, and anew for a new build.

An export puts a new folder in the place of the old one, which is looked for once a second at most.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path

from reflex_adapter.conf import build_root, configuration
from reflex_adapter.files import Build, index

CHECK_EVERY = 1.0  # seconds

Key = tuple[Path, bool, str, tuple[int, ...] | None]


class CurrentBuild:
    """Costs a hop when the index is made, a ``stat`` once a second, and else nothing."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._checked = 0.0
        self._made: tuple[Key, Build] | None = None

    async def get(self, mount_prefix: str) -> Build:
        """Return the index of the build that is now in its place, as served below this prefix."""
        asked = (build_root(), configuration().serve_source_maps, mount_prefix)
        made, now = self._made, time.monotonic()
        if made and made[0][:3] == asked and now - self._checked < CHECK_EVERY:
            return made[1]
        key = (*asked, identity(asked[0]))
        if made is None or made[0] != key:
            made = await asyncio.to_thread(self._make, key)
        self._checked = now
        return made[1]

    def _make(self, key: Key) -> tuple[Key, Build]:
        with self._making:  # those who came meanwhile wait, and have it
            if self._made is None or self._made[0] != key:
                root, maps, prefix, _ = key
                self._made = key, index(root.resolve(), source_maps=maps, mount_prefix=prefix)
            return self._made


def identity(root: Path) -> tuple[int, ...] | None:
    """Return what tells one build from the next; ``None`` where there is none."""
    try:
        status = os.stat(root)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns


current_build = CurrentBuild()
