"""The values that vars begin with, in a build and where a page's are compared with them.

They are the same for all visitors, so they are computed for nobody, whoever's event needs them.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from reflex_adapter.current import Nobody, bound, event_of_tab

Values = dict[str, dict[str, Any]]


def of_nobody(values: Callable[[], Values], tab: str) -> Values:
    """Return ``values()``, states' vars by their names, computed for nobody in this tab.

    Values of asynchronous vars are coroutines, which are still to be awaited.
    """
    if isinstance(event_of_tab(tab), Nobody):  # a state below one that is computed so
        return values()
    with bound(Nobody(token=tab)):
        found = values()
    return {
        state: {
            name: awaited(value, tab) if inspect.iscoroutine(value) else value
            for name, value in own.items()
        }
        for state, own in found.items()
    }


async def awaited(value: Awaitable[Any], tab: str) -> Any:
    with bound(Nobody(token=tab)):
        return await value
