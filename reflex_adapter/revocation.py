"""Close the sockets of logins that have ended, while nothing comes by them.

An event asks anew who it is from; a socket by which no event comes is asked about here, in the
background, many in one hop, and with no cost for who is not logged in. In this process Django's
signals tell of most endings at once (`endings.py`). Nothing is sent to a socket once it is known
that its login has ended.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from time import monotonic
from typing import Any

from asgiref.sync import sync_to_async

from django_adapter import own_thread
from reflex_adapter.conf import configuration
from reflex_adapter.connection import STALE_SESSION, Connection
from reflex_adapter.logins import Login, account_key, still_standing
from reflex_adapter.other_processes import others

logger = logging.getLogger("reflex_adapter")

AT_ONCE = 20  # logins that are asked about in one hop
PAUSE = 0.02  # seconds between two hops, for everybody else
NEVER = float("-inf")
DISCONNECT, DOUBT = "disconnect", "doubt"  # what processes tell each other about accounts
MOMENT = 0.3  # seconds in which an event that ends a login brings its browser the new cookies


class WatchedSockets:
    """The sockets of this process and, while there are any, a task that looks after them."""

    def __init__(self) -> None:
        self._open: set[Connection] = set()
        self._doubted: set[str] = set()  # accounts, of which a signal says that something changed
        self._condemned: set[Connection] = set()
        self._task: asyncio.Task[None] | None = None

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._open))

    def enter(self, connection: Connection) -> None:
        self._open.add(connection)
        if self._task is None:
            self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
            self._task = asyncio.create_task(self._look_after())

    def leave(self, connection: Connection) -> None:
        self._open.discard(connection)
        self._condemned.discard(connection)
        if not self._open and self._task is not None:
            self._task.cancel()
            self._task = None

    # From any thread.

    def close_all_of(self, account: str) -> int:
        """Close the sockets of an account; return how many there are."""
        theirs = [connection for connection in list(self._open) if connection.account == account]
        for connection in theirs:
            connection.silent = True
            self._call(connection.cut, STALE_SESSION)
        return len(theirs)

    def doubt(self, account: str) -> None:
        """Ask soon whether the logins of an account still stand."""
        if any(connection.account == account for connection in list(self._open)):
            self._call(self._note_doubt, account)

    def doubt_all(self) -> None:
        """Ask soon whether the logins of all sockets still stand; called in the event loop."""
        for connection in self._open:
            connection.checked = NEVER
        if self._task is not None:
            self._wake.set()

    def _call(self, function: Any, *args: Any) -> None:
        with suppress(RuntimeError):  # the loop has ended, and all sockets with it
            self._loop.call_soon_threadsafe(function, *args)

    # In the event loop.

    def condemn(self, connection: Connection) -> None:
        """Send nothing more by a socket whose login was found to have ended, and close it soon.

        Not while an event of the same browser is about to bring it other cookies: the page would
        come back with those of the old login, and answer the new ones with a deletion.
        """
        if connection in self._open:
            connection.silent = True
            self._condemned.add(connection)
            self._wake.set()

    def _note_doubt(self, account: str) -> None:
        self._doubted.add(account)
        self._wake.set()

    async def _look_after(self) -> None:
        while True:
            seconds = configuration().revalidate_seconds
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), seconds / 6)
            self._wake.clear()
            if self._doubted or self._condemned:
                await asyncio.sleep(min(MOMENT, seconds / 6))
            try:
                await self._look(seconds)
            except Exception:
                logger.exception("Whether logins still stand could not be asked; it will be again")

    async def _look(self, seconds: int) -> None:
        at_work = {it.login for it in self._open if it.login and may_change_login(it, seconds)}
        for connection in [each for each in self._condemned if each.login not in at_work]:
            self._condemned.discard(connection)
            connection.cut(STALE_SESSION)
        doubted, self._doubted = self._doubted, set()
        due = monotonic() - seconds / 2
        suspects = {
            each.login: each
            for each in self._open
            if each.login and not each.silent and (each.checked < due or each.account in doubted)
        }
        waiting = suspects.keys() & at_work
        self._doubted |= {each.account for each in self._open if each.login in waiting} & doubted
        if self._doubted or self._condemned:
            self._wake.set()
        await self._ask([login for login in suspects if login not in waiting], seconds)

    async def _ask(self, suspects: list[Login], seconds: int) -> None:
        logins = iter(suspects)
        while some := list(islice(logins, AT_ONCE)):
            async with own_thread():
                standing = await sync_to_async(still_standing, thread_sensitive=True)(some)
            self._judge(frozenset(standing), frozenset(some), seconds)
            await asyncio.sleep(PAUSE)

    def _judge(self, standing: frozenset[Login], asked: frozenset[Login], seconds: int) -> None:
        now, ended = monotonic(), []
        for connection in [each for each in self._open if each.login in asked]:
            if connection.login in standing:
                connection.checked = now
            elif not (connection.silent or may_change_login(connection, seconds)):
                ended.append(connection)
                self.condemn(connection)
        if ended:
            logger.info("Closing %d sockets whose logins have ended", len(ended))


def may_change_login(connection: Connection, seconds: float) -> bool:
    return connection.events.may_change(connection.login, seconds)


sockets = WatchedSockets()  # of this process


def disconnect(user: Any) -> int:
    """Close all sockets of ``user``, and send nothing more by them.

    They are those whose last event was from that user. Callable from any thread, and from async
    code; returns how many there are in this process. Other processes hear of it where a Redis is
    configured, and close theirs a moment later. Their pages come back with the cookies of their
    browsers: end the sessions first, or deactivate the user.
    """
    account = account_key(user)
    if not account:
        raise ValueError(
            f"{user!r} is in no database: disconnect() before delete(), and not for guests."
        )
    closed = sockets.close_all_of(account)
    others.tell(DISCONNECT, account)
    return closed
