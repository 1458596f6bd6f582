"""How fast one socket may send: a token bucket."""

from __future__ import annotations

import time


class Pace:
    """So many a second, and after a pause so many at once."""

    def __init__(self, rate: int, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._left: float = burst
        self._at = time.monotonic()

    def keeps(self) -> bool:
        """Count one more, now; return whether the pace is kept."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
