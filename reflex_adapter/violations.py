"""What is logged of clients that send what no page sends: short lines, and not many.

A client that is refused must not fill the disk instead.
"""

from __future__ import annotations

import logging
import time

from asgi_compose import Scope

logger = logging.getLogger("reflex_adapter")

LINE = 300  # characters, all of them ASCII
MINUTE = 60.0  # seconds


class PerMinute:
    """Counts lines, and those that were left out."""

    def __init__(self, minute: float = MINUTE) -> None:
        self._minute = minute
        self._since = -minute
        self._written = self._left_out = 0

    def left_out(self, most: int) -> int | None:
        """Return how many lines were left out before this one; ``None`` if it is to be, too."""
        now = time.monotonic()
        if now - self._since >= self._minute:
            self._since, self._written = now, 0
        if self._written >= most:
            self._left_out += 1
            return None
        self._written += 1
        left_out, self._left_out = self._left_out, 0
        return left_out


class ViolationLog:
    """Writes a line about each violation, up to so many a minute; then tells how many it left."""

    def __init__(self, minute: float = MINUTE) -> None:
        self._lines = PerMinute(minute)

    def write(self, scope: Scope, why: str, said: str | bytes, *, most: int) -> None:
        left_out = self._lines.left_out(most)
        if left_out is None:
            return
        more = f" ({left_out} more were not logged)" if left_out else ""
        client = (scope.get("client") or ("?",))[0]
        kind = "Upload" if scope.get("type") == "http" else "Socket"
        line = f"{kind} of {client:.50}: {why}{more}: {said[:100]!a}"
        logger.warning("%s", line[:LINE])
