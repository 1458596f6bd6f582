"""What one socket may send, judged message by message before Reflex sees any of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgi_compose import Message, Scope
from reflex_adapter.in_band import POLICY_VIOLATION, Malformed, checked, is_event
from reflex_adapter.limits import SocketLimits
from reflex_adapter.pace import Pace
from reflex_adapter.violations import ViolationLog

TOO_BIG = 1009  # a close code (RFC 6455, section 7.4.1)


class Overrun(Exception):
    """A limit is broken: the socket is to be closed with ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Inbound:
    """The messages that came by one socket, as far as its limits need to know them.

    ``judge`` raises ``Malformed`` for events that no page of the app sends; ``queue_exceeds`` tells
    whether more events of the tab than so many wait for their turn.
    """

    def __init__(
        self,
        scope: Scope,
        limits: SocketLimits,
        log: ViolationLog,
        judge: Callable[[dict[str, Any]], None],
        queue_exceeds: Callable[[int], bool],
    ) -> None:
        self._scope = scope
        self._limits = limits
        self._log = log
        self._judge = judge
        self._queue_exceeds = queue_exceeds
        self._pace = Pace(limits.max_rate, limits.max_burst)
        self._malformed = 0

    def admit(self, message: Message) -> Message | None:
        """Return a message as Reflex may see it, ``None`` to drop it; raise ``Overrun``."""
        said: str | bytes = message.get("text") or message.get("bytes") or ""
        if is_larger(said, self._limits.max_message):
            self._note("message too large", said)
            raise Overrun(TOO_BIG)
        if not self._pace.keeps():
            self._note("too many messages a second", said)
            raise Overrun(POLICY_VIOLATION)
        try:
            if isinstance(said, bytes):
                raise Malformed("binary data")
            text = checked(said, self._judge)
        except Malformed as malformed:
            self._count(malformed, said)
            return None
        if is_event(text) and self._queue_exceeds(self._limits.max_queued - 1):
            self._note("too many events wait", said)
            raise Overrun(POLICY_VIOLATION)
        return message if text is said else {**message, "text": text}

    def _count(self, malformed: Malformed, said: str | bytes) -> None:
        self._note(str(malformed), said)
        self._malformed += 1
        if self._malformed == self._limits.max_malformed:
            raise Overrun(malformed.code)

    def _note(self, why: str, said: str | bytes) -> None:
        self._log.write(self._scope, why, said, most=self._limits.max_log_lines)


def is_larger(said: str | bytes, most: int) -> bool:
    """Tell whether a message has more bytes, a text those of its UTF-8."""
    if isinstance(said, bytes) or said.isascii() or len(said) > most:
        return len(said) > most
    return len(said.encode("utf-8", "surrogatepass")) > most
