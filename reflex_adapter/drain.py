"""Let the events of tabs end before the server does, and take no others meanwhile."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic

from reflex_adapter._reflex import event_underway
from reflex_adapter.closable import MOMENT, SERVICE_RESTART
from reflex_adapter.reflex_app import DjangoApp, made_apps
from reflex_adapter.tab import Tab

logger = logging.getLogger("reflex_adapter")


async def finish_events(deadline: float) -> None:
    """Close the socket of each tab when its events have ended; give up at ``deadline``.

    Those that wait for their turn count: the page has sent them, and will not do so again. What a
    page sends from now on is not taken. Background tasks are not waited for.
    """
    for app in made_apps:
        await drain(app, deadline)


async def drain(app: DjangoApp, deadline: float) -> None:
    for tab in app.tabs:
        tab.takes_events = False
    idle: set[Tab] = set()
    while waited_for := [tab for tab in app.tabs if tab not in idle]:
        if monotonic() >= deadline:
            break
        idle |= await idle_for_a_moment(app, waited_for)
        for tab in idle:
            tab.connection.close_soon(SERVICE_RESTART)
    if names := list(filter(None, (event_underway(app, tab.token) for tab in app.tabs))):
        logger.warning("Stopped %s, which had no more time", ", ".join(names))
    await asyncio.sleep(2 * MOMENT)  # in which those that are to be closed are


async def idle_for_a_moment(app: DjangoApp, tabs: list[Tab]) -> set[Tab]:
    """Return those that have nothing to do now and a moment later: one event may begin another."""
    idle = [tab for tab in tabs if event_underway(app, tab.token) is None]
    await asyncio.sleep(MOMENT)
    return {tab for tab in idle if event_underway(app, tab.token) is None}
