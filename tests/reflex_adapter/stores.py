"""Where Reflex keeps the states of tabs: each of its managers, and what is kept in it."""

from __future__ import annotations

import pickle
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import redis
from redis.asyncio import Redis
from reflex.istate.manager import StateManager
from reflex.istate.manager.disk import StateManagerDisk
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.state import BaseState

from reflex_adapter.django_led_app import app

Kept = Callable[[], list[bytes]]


@asynccontextmanager
async def memory(url: str) -> AsyncIterator[tuple[StateManager, Kept]]:
    """Nothing is pickled here, so each state is: as another manager would do it."""
    manager = StateManagerMemory()
    yield manager, lambda: [pickle.dumps(s) for root in manager.states.values() for s in tree(root)]
    await manager.close()


@asynccontextmanager
async def disk(url: str) -> AsyncIterator[tuple[StateManager, Kept]]:
    """Reflex's own choice in production, as long as there is one process."""
    manager = StateManagerDisk(_write_debounce_seconds=0)
    assert type(manager) is type(app.state_manager)
    before = set(manager.states_directory.glob("*.pkl"))  # of servers that other tests have started

    def kept() -> list[bytes]:
        found = set(manager.states_directory.glob("*.pkl")) - before
        return [file.read_bytes() for file in found]

    yield manager, kept
    await manager.close()


@asynccontextmanager
async def in_redis(url: str) -> AsyncIterator[tuple[StateManager, Kept]]:
    """Reflex's own choice where there are several processes."""
    # An event that misses, on a busy machine, that the lock was released looks again so much later:
    # sooner than a client of ours loses its patience.
    manager = StateManagerRedis(redis=Redis.from_url(url), lock_expiration=5_000)

    def kept() -> list[bytes]:
        with redis.Redis.from_url(url) as client:
            values = [
                client.get(key) for key in client.scan_iter() if client.type(key) == b"string"
            ]
        return [value for value in values if value and value.startswith(b"\x80")]

    yield manager, kept
    await manager.close()


def tree(state: BaseState) -> Iterator[BaseState]:
    yield state
    for substate in state.substates.values():
        yield from tree(substate)


@asynccontextmanager
async def states_kept_by(manager: StateManager) -> AsyncIterator[None]:
    """Let the running app keep its states there; Reflex has no option to change it later."""
    before = app._state_manager, app._event_processor
    app._state_manager = manager
    try:
        async with app._setup_event_processor():
            yield
    finally:
        app._state_manager, app._event_processor = before
