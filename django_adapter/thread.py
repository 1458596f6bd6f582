"""A thread for work that is no request: it waits for no other, and leaves no connection open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django_adapter.threads import LeasedThread


@asynccontextmanager
async def own_thread() -> AsyncIterator[None]:
    """Run thread-sensitive work of the block in a leased thread, as for a request of its own.

    While the block needs no thread and others wait for one, it has none.
    """
    async with LeasedThread():
        yield
