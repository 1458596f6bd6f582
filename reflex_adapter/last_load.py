"""The load of a page: which events are part of it, and whether the page shows that one has failed.

They are those of Reflex's own that fill a page, and the page's ``on_load`` handlers. One of these
that a button calls is no part of it, nor is what they go on to. This module knows nothing of
Reflex, as connections do not.
"""

from __future__ import annotations


class LastLoad:
    """Of the page that one connection has; events are known by the ids of their transactions."""

    __slots__ = ("_event", "_failed")

    def __init__(self) -> None:
        self._event = ""  # the one that enqueues the ``on_load`` handlers
        self._failed = False

    def begin(self, event: str) -> str | None:
        """Note the event that enqueues the handlers of another page, or of this one again.

        Returns the id of the message with which the load before has failed, if it has.
        """
        shown = self._message if self._failed else None
        self._event, self._failed = event, False
        return shown

    def of(self, parent: str | None) -> Load:
        """Return this if an event that has this parent is part of it."""
        return self if parent == self._event else None

    def fail(self) -> str:
        """Note that it has failed; return the id of the message that says so."""
        self._failed = True
        return self._message

    @property
    def _message(self) -> str:
        """Each load has one of its own: the last one's may still be fading."""
        return f"page_failed_{self._event}"


Load = LastLoad | None  # of which an event is part
