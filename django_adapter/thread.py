"""A thread for work that is no request: it waits for no other, and leaves no connection open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import connections


@asynccontextmanager
async def own_thread() -> AsyncIterator[None]:
    """Run thread-sensitive work of the block in a thread of its own, as Django does for a request.

    The thread's database connections are closed when the block ends, however it ends.
    """
    async with ThreadSensitiveContext():
        try:
            yield
        finally:
            await sync_to_async(connections.close_all)()
