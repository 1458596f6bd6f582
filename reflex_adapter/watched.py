"""A say in whether a background handler may enter ``async with self``."""

from __future__ import annotations

import sys
from typing import Any, Protocol, Self

from reflex_adapter._reflex import StateProxy


class Watch(Protocol):
    """Is asked whenever the handler enters; what it raises keeps it out."""

    async def before_entering(self) -> None:
        """Called while the state is not locked yet."""
        ...

    async def when_entered(self, state: Any) -> None:
        """Called with the locked state."""
        ...


class WatchedStateProxy(StateProxy):
    """A proxy linked to Reflex's own, as that of another state is; only entering it differs."""

    _self_watch: Watch | None = None

    async def __aenter__(self) -> Self:
        watch = self._self_watch
        if watch is None:  # of another state; it enters the one that it is linked to
            return await super().__aenter__()
        await watch.before_entering()
        await super().__aenter__()
        try:
            await watch.when_entered(self)
        except BaseException:
            await self.__aexit__(*sys.exc_info())
            raise
        return self


def watched(proxy: StateProxy, watch: Watch) -> StateProxy:
    """Return what a background handler is to have for ``proxy``, of the same state."""
    linked = WatchedStateProxy(proxy.__wrapped__, parent_state_proxy=proxy)
    linked._self_watch = watch
    return linked
