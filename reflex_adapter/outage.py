"""Whether the broker answers: the log says once that it stops to, and once that it does again."""

from __future__ import annotations

import logging
from time import monotonic

logger = logging.getLogger("reflex_adapter")

REST = 2.0  # seconds after a failure in which nobody who could do without the broker waits for it


class NoAnswer(Exception):
    """What cannot be done without the broker is not done."""


class Outage:
    """What is known of it; for any thread."""

    def __init__(self) -> None:
        self._lasts = False
        self._failed = -REST  # when it did last, in seconds of monotonic()

    @property
    def is_recent(self) -> bool:
        return self._lasts and monotonic() < self._failed + REST

    def note(self, error: Exception, *, rests: bool = True) -> None:
        """Note that the broker failed, in something that is to be tried again soon or rests."""
        begins, self._lasts = not self._lasts, True
        if rests:
            self._failed = monotonic()
        if begins:
            logger.warning(
                "Redis does not answer, so other processes are neither told of logins that have "
                "ended nor heard, and new sockets are refused, until it does: %s",
                error,
            )

    def over(self) -> None:
        """Note that the broker has answered."""
        if self._lasts:
            self._lasts = False
            logger.info("Redis answers again")
