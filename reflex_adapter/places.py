"""Places of which each visitor, or tab, may take so many at a time."""

from __future__ import annotations

from collections import Counter


class Places:
    """Counts those taken, and remembers nobody who has none."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def take(self, whose: str, most: int) -> bool:
        """Take a place, unless so many are taken; it is to be given back if this is true."""
        if self._taken[whose] >= most:
            return False
        self._taken[whose] += 1
        return True

    def give_back(self, whose: str) -> None:
        self._taken[whose] -= 1
        if not self._taken[whose]:
            del self._taken[whose]
