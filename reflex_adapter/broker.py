"""Redis, as the processes of a project use it for what they tell each other.

Nothing here raises because Redis does not answer, or keeps anybody waiting for long: who needs an
answer is told that there is none. It is loaded where a Redis is configured, and in a process that
only tells others, when it first does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

import redis
import redis.asyncio
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from reflex_adapter.notices import channels, own_channel
from reflex_adapter.outage import REST, Outage

PATIENCE = 0.5  # seconds for one step of an answer
FIRST_PAUSE = 0.1  # seconds before listening is tried again; twice as long each time
LONGEST_PAUSE = 5.0
SILENCE = 10.0  # seconds without a word, after which Redis is asked whether it is there
FAILURES = (RedisError, OSError)

# Both ask who has it and act at once.
CLAIM = """
local has = redis.call('GET', KEYS[1])
if has and has ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""
LET_GO = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""

OPTIONS: dict[str, Any] = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}


class Broker:
    """One Redis. What is asynchronous is for one event loop."""

    def __init__(self, url: str) -> None:
        self._outage = Outage()
        self._claims_rest = 0.0  # until then, in seconds of monotonic()
        # Once more at once: a connection may have ended while nobody used it.
        self._client = redis.Redis.from_url(url, retry=Retry(NoBackoff(), 1), **OPTIONS)
        again, never = AsyncRetry(NoBackoff(), 1), AsyncRetry(NoBackoff(), 0)
        self._in_loop = redis.asyncio.Redis.from_url(url, retry=again, **OPTIONS)
        # What comes while it connects anew by itself, nobody would hear.
        self._listener = redis.asyncio.Redis.from_url(url, retry=never, **OPTIONS)

    def publish(self, text: str) -> None:
        """Tell all who listen; from any thread, which waits for Redis."""
        if self._outage.is_recent:
            return
        try:
            self._client.publish(own_channel(), text)
        except FAILURES as error:
            self._outage.note(error)
        else:
            self._outage.over()

    async def listen(self, take: Callable[[bytes], None], missed: Callable[[], None]) -> None:
        """Call ``take`` with what is published, for ever, and ``missed`` where some may not be."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._listener.pubsub() as channel:
                    await channel.subscribe(*channels())
                    async for message in heard(channel):
                        if message["type"] == "message":
                            take(message["data"])
                        elif message["type"] == "subscribe":
                            pause = FIRST_PAUSE
                            self._outage.over()
                            missed()
            except FAILURES as error:
                self._outage.note(error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def keep(self, name: str, value: str, seconds: int) -> bool:
        """Keep ``value`` for whichever process takes it first; return whether it is kept."""
        if self._outage.is_recent:
            return False
        try:
            await self._in_loop.set(f"{own_channel()}:{name}", value, ex=seconds)
        except FAILURES as error:
            self._outage.note(error)
            return False
        return True

    async def take(self, name: str) -> str | None:
        """Return what is kept under ``name``, to the first who asks."""
        try:
            value = await self._in_loop.getdel(f"{own_channel()}:{name}")
        except FAILURES as error:
            self._outage.note(error)
            return None
        return None if value is None else value.decode()

    async def claim(self, name: str, owner: str, seconds: int) -> bool | None:
        """Claim ``name`` for so long; return whether nobody else has it, ``None`` if unknown."""
        if self._outage.is_recent or monotonic() < self._claims_rest:
            return None
        key = f"{own_channel()}:{name}"
        try:
            claimed: Any = await self._in_loop.eval(CLAIM, 1, key, owner, seconds)  # type: ignore[misc]
        except FAILURES as error:
            self._claims_rest = monotonic() + REST
            # Clients cause claims. What one that hangs is told meanwhile is heard afterwards.
            self._outage.note(error, rests=False)
            return None
        self._outage.over()
        return bool(claimed)

    async def let_go(self, name: str, owner: str) -> None:
        """End the claim, if it is still the owner's; else it ends by itself."""
        if self._outage.is_recent:
            return
        try:
            await self._in_loop.eval(LET_GO, 1, f"{own_channel()}:{name}", owner)  # type: ignore[misc]
        except FAILURES as error:
            self._outage.note(error, rests=False)

    async def close(self) -> None:
        for client in (self._in_loop, self._listener):
            await client.aclose()
        self._client.close()


async def heard(channel: PubSub) -> Any:
    """Yield what comes; raise ``TimeoutError`` if Redis is not there any more.

    A connection that the network has lost says nothing of it.
    """
    asked = False
    while True:
        message = await channel.get_message(timeout=SILENCE)
        if message is not None:
            asked = False
            yield message
        elif asked:
            raise TimeoutError("it says nothing")
        else:
            asked = True
            await channel.ping()
