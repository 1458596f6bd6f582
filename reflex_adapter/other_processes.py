"""The other processes of the project: those that serve tabs hear what any of them tells.

They are reached by the Redis that Reflex keeps the states of tabs in. Where there is none, this
process is taken for the only one, and nothing here does anything.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import import_string

from reflex_adapter.notices import Notice, Reader, signed

if TYPE_CHECKING:
    from reflex_adapter.broker import Broker

logger = logging.getLogger("reflex_adapter")

VARIABLE = "REFLEX_REDIS_URL"  # Reflex's own, which a process that does not load Reflex reads here


class OtherProcesses:
    """How this process reaches the others."""

    def __init__(self) -> None:
        self._url = ""
        self._broker: Broker | None = None
        self._name = ""  # of this process, once it listens
        self._reader = Reader()

    def connect(self, url: str | None) -> None:
        """Reach them by the Redis at ``url``; nothing is loaded and no connection made yet."""
        if url and url != self._url:
            self._url, self._broker = url, None

    @property
    def exist(self) -> bool:
        """Tell whether there may be others."""
        return bool(self._url)

    @property
    def broker(self) -> Broker:
        if self._broker is None:
            # Named and not imported: it loads redis, which most commands do without.
            self._broker = import_string("reflex_adapter.broker.Broker")(self._url)
        return self._broker

    def tell(self, kind: str, about: str) -> None:
        """Tell them, from any thread or without waiting from an event loop; it may not reach them.

        The thread waits for Redis, but not for long.
        """
        if not self.exist:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._publish(kind, about)
        else:
            loop.run_in_executor(None, self._publish, kind, about)

    @property
    def _sender(self) -> str:
        return f"{self._name}:{os.getpid()}"  # a forked process has the name, and is another one

    def _publish(self, kind: str, about: str) -> None:
        try:
            self.broker.publish(signed(Notice(kind, about, self._sender)))
        except ValueError as error:  # of a URL that is none
            logger.error("Other processes cannot be told: %s: %s", VARIABLE, error)

    async def claim(self, name: str, seconds: int) -> bool | None:
        """Have ``name`` be this process's for so long, or until it is let go.

        Returns whether it is, and not another one's; ``None`` if nobody knows.
        """
        return await self.broker.claim(name, self._sender, seconds)

    async def let_go(self, name: str) -> None:
        await self.broker.let_go(name, self._sender)

    async def listen(
        self, do: Mapping[str, Callable[[str], Any]], missed: Callable[[], None]
    ) -> None:
        """Call for each notice of others what ``do`` has for its kind, for ever.

        ``missed`` is called where some may not have been heard.
        """
        self._name = secrets.token_hex(8)

        def take(data: bytes) -> None:
            notice = self._reader.read(data)
            if notice is not None and notice.sender != self._sender and notice.kind in do:
                do[notice.kind](notice.about)

        try:
            await self.broker.listen(take, missed)
        finally:
            await self.broker.close()


others = OtherProcesses()  # seen from this process


def connect_by_environment() -> bool:
    """Reach the others where the environment says how; return whether it does."""
    others.connect(os.environ.get(VARIABLE, "").strip())
    return others.exist
