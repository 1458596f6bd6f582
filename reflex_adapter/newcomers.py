"""How many sockets a client may open in a minute, guesses and refusals included.

Each may bring a token that nobody had before, and with it a state that Reflex keeps for an hour.
Who has a visitor's cookie that we made is counted as that visitor, so that nobody pays for what
somebody else behind the same proxy does; whoever has none, or a forged one, by the address.
"""

from __future__ import annotations

import math
import time
from collections import Counter

from reflex_adapter.connection import Connection
from reflex_adapter.limits import SocketLimits

MINUTE = 60.0  # seconds


class Newcomers:
    """Counts them minute by minute; what it remembers is that of one minute."""

    def __init__(self, minute: float = MINUTE) -> None:
        self._minute = minute
        self._since = -minute
        self._counted: Counter[str] = Counter()

    def admits(self, connection: Connection, limits: SocketLimits) -> bool:
        """Count one more; return whether it is within the limit of whoever it is."""
        now = time.monotonic()
        if now - self._since >= self._minute:
            self._since = now
            self._counted.clear()
        whose, most = connection.visitor, limits.max_new
        if whose is None:
            client = connection.handshake.get("client") or ("",)
            whose, most = client[0], limits.max_new_visitors
        self._counted[whose] += 1
        return self._counted[whose] <= most

    @property
    def seconds_left(self) -> int:
        """After so many seconds the counting begins anew."""
        return max(1, math.ceil(self._since + self._minute - time.monotonic()))
