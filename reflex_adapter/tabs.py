"""The open sockets of tabs, and which of two with the same token is the tab it belongs to.

A browser that lost its connection comes back while its old socket still seems open: it takes its
state over, and the old socket is closed. A tab that was duplicated has the token of one that is
alive: it gets a token of its own. The old socket is asked; who is alive answers at once.
"""

from __future__ import annotations

import asyncio
import functools
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

from reflex_adapter.places import Places
from reflex_adapter.tab import PATIENCE, TAKEN_OVER, Tab
from reflex_adapter.visitor import bound_token


async def nowhere(token: str) -> bool:
    """Say of any tab that no other process has it."""
    return False


class Tabs:
    """The tabs that have a socket in this process, by what Reflex keeps their state under."""

    def __init__(
        self,
        is_alive_elsewhere: Callable[[str], Awaitable[bool]] = nowhere,
        is_linked: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        """``is_alive_elsewhere`` asks the other processes, which give up what is not alive.

        If there is none, they leave the token to this one until ``is_linked`` is called with it.
        """
        self._is_alive_elsewhere = is_alive_elsewhere
        self._is_linked = is_linked
        self._tabs: dict[str, Tab] = {}
        self._places = Places()

    def __iter__(self) -> Iterator[Tab]:
        return iter(list(self._tabs.values()))

    async def enter(self, tab: Tab, visitor: str, client_token: str, most: int) -> bool:
        """Give ``tab`` the token it asks for or, if that is another living tab's, a new one.

        Returns whether it got one: so many tabs a visitor may have, without those that are dead.
        Raises ``NoAnswer`` if other processes cannot be asked.
        """
        token = bound_token(visitor, client_token)
        if await self._is_alive_elsewhere(token):
            token = self._another(tab, visitor)
        elif self._is_linked is not None:
            tab.when_linked = functools.partial(self._is_linked, token)
        while (other := self._tabs.get(token)) is not None:
            if await other.is_alive():
                token = self._another(tab, visitor)
            else:
                await self._close(other)
        tab.token = token
        tab.visitor = visitor
        if not self._places.take(visitor, most):
            return False
        self._tabs[token] = tab
        return True

    def _another(self, tab: Tab, visitor: str) -> str:
        tab.news = str(uuid.uuid4())
        return bound_token(visitor, tab.news)

    async def give_up(self, token: str, release: Callable[[str], Awaitable[None]]) -> bool | None:
        """Leave the tab with this token to another process, unless its page is alive.

        Returns whether it was left; ``None`` if there is none. ``release`` takes the token from
        its socket.
        """
        tab = self._tabs.get(token)
        if tab is None:
            return None
        if await tab.is_alive():
            return False
        self.leave(tab)
        await release(token)
        tab.connection.close_soon(TAKEN_OVER)
        return True

    def has(self, token: str | None) -> bool:
        """Tell whether a tab whose state Reflex keeps under ``token`` has an open socket."""
        return token in self._tabs

    def leave(self, tab: Tab) -> None:
        if self._tabs.get(tab.token) is tab:
            del self._tabs[tab.token]
            self._places.give_back(tab.visitor)

    async def _close(self, tab: Tab) -> None:
        self.leave(tab)
        with suppress(TimeoutError, OSError):  # nobody reads what is sent to a dead client
            async with asyncio.timeout(PATIENCE):
                await tab.connection.close(TAKEN_OVER)
