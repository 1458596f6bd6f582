"""Whether the broker answers: the log says once that it stops to, and once that it does again."""

from __future__ import annotations

import logging
from time import monotonic

logger = logging.getLogger("reflex_adapter")

REST = 2.0  # seconds after a failure in which nobody who could do without the broker waits for it


class Outage:
    """What is known of it; for any thread."""

    def __init__(self) -> None:
        self._failed: float | None = None  # when it did last, in seconds of monotonic()

    @property
    def is_recent(self) -> bool:
        return self._failed is not None and monotonic() < self._failed + REST

    def note(self, error: Exception) -> None:
        """Note that the broker failed."""
        begins = self._failed is None
        self._failed = monotonic()
        if begins:
            logger.warning(
                "Redis does not answer, so other processes are neither told of logins that have "
                "ended nor heard, until it does: %s",
                error,
            )

    def over(self) -> None:
        """Note that the broker has answered."""
        if self._failed is not None:
            self._failed = None
            logger.info("Redis answers again")
