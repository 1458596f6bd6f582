"""Tabs that have their socket in another process: which of two with the same token is the tab.

Reflex notes in Redis which tokens have a socket. The process whose it is asks the page, as it would
for one of its own (`tabs.py`), and gives the tab up if nobody answers; one that was killed gives
up nothing, so that its silence counts. Until the socket is noted, who is about to have it claims
the token there, so that of two that come at the same moment one is the tab.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from reflex_adapter.other_processes import OtherProcesses
from reflex_adapter.outage import NoAnswer
from reflex_adapter.tab import PATIENCE

SILENCE = PATIENCE + 1.5  # seconds after which the other process is taken for gone
GLANCE = 0.1  # seconds between two looks whether its socket, or a claim, has ended meanwhile
CLAIM = 5  # seconds, in which others are asked, a dead socket is closed, and the page connects
WANTED, ALIVE, GIVEN_UP = "tab wanted", "tab alive", "tab given up"  # what processes tell

Answer = TypeVar("Answer")


@dataclass
class TabsElsewhere:
    """Asks other processes for tabs, and answers them.

    ``is_here`` tells whether this process has a tab with this token, ``is_linked`` whether Reflex
    knows of a socket for it, in any process; ``forget`` has it know of none. ``give_up`` gives up
    this process's tab, and tells whether it has: ``None`` if there is no such tab.
    """

    others: OtherProcesses
    is_here: Callable[[str], bool]
    is_linked: Callable[[str], Awaitable[bool]]
    forget: Callable[[str], Awaitable[None]]
    give_up: Callable[[str], Awaitable[bool | None]]
    _answers: dict[str, asyncio.Future[bool]] = field(default_factory=dict)
    _answering: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def told(self) -> Mapping[str, Callable[[str], None]]:
        """What to do when another process tells something of a tab."""
        return {
            WANTED: self._wanted,
            ALIVE: lambda token: self._conclude(token, True),
            GIVEN_UP: lambda token: self._conclude(token, False),
        }

    async def is_alive(self, token: str) -> bool:
        """Tell whether another process has the tab and its page answers; if not, none has it.

        None takes it either, until ``let_go`` or for some seconds. Raises ``NoAnswer``, and soon,
        if Redis does not say.
        """
        if not self.others.exist:
            return False
        if not await self._claims(token):
            return True
        alive = not self.is_here(token) and await self._answers_there(token)
        if alive:
            await self.let_go(token)
        return alive

    async def let_go(self, token: str) -> None:
        """Leave it to Reflex from now on to say whose the token is."""
        if self.others.exist:
            await self.others.let_go(f"tab:{token}")

    async def _claims(self, token: str) -> bool:
        """Wait while another process is about to have it; return whether that came to an end."""
        for _ in range(int(CLAIM / GLANCE)):
            claimed = await self.others.claim(f"tab:{token}", CLAIM)
            if claimed is None:
                raise NoAnswer
            if claimed:
                return True
            await asyncio.sleep(GLANCE)
        return False

    async def _answers_there(self, token: str) -> bool:
        if not await answered(self.is_linked(token)):
            return False
        answer = self._answers.setdefault(token, asyncio.get_running_loop().create_future())
        self.others.tell(WANTED, token)
        try:
            return await self._waited_for(token, answer)
        except TimeoutError:
            await answered(self.forget(token))
            return False
        finally:
            self._answers.pop(token, None)

    async def _waited_for(self, token: str, answer: asyncio.Future[bool]) -> bool:
        async with asyncio.timeout(SILENCE):
            while not answer.done():
                await asyncio.wait([answer], timeout=GLANCE)
                if not answer.done() and not await answered(self.is_linked(token)):
                    return False
        return answer.result()

    def _conclude(self, token: str, alive: bool) -> None:
        answer = self._answers.get(token)
        if answer is not None and not answer.done():
            answer.set_result(alive)

    def _wanted(self, token: str) -> None:
        task = asyncio.create_task(self._tell_of(token))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _tell_of(self, token: str) -> None:
        with suppress(OSError):  # of a client that has gone
            given_up = await self.give_up(token)
            if given_up is not None:
                self.others.tell(GIVEN_UP if given_up else ALIVE, token)


async def answered(question: Awaitable[Answer]) -> Answer:
    """Ask by Reflex's own connection to Redis, which waits without a limit."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await question
    except TimeoutError:
        raise NoAnswer from None
