"""Whom a tab's state is computed for where no event of that tab runs.

``app.modify_state()`` and the updates that a shared state causes compute vars of one tab in the
middle of another's event, or of none. They are to see the visitor of the tab they are computed
for, in that visitor's language, as the chain finds them by that tab's socket; or nobody.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation

from reflex_adapter._reflex import connection_scope, filtering, linked_socket
from reflex_adapter.connection import Connection, path_and_query
from reflex_adapter.current import CurrentEvent, Nobody, bound, event_of_tab
from reflex_adapter.guarded_states import asking, shown_to
from reflex_adapter.guards import guards_of_all_classes
from reflex_adapter.handshake import CONNECTION
from reflex_adapter.mirrors import preload
from reflex_adapter.revocation import sockets

if TYPE_CHECKING:
    from reflex_adapter.reflex_app import DjangoApp


@dataclass(frozen=True)
class Viewer:
    """Who looks at a tab, and what the chain activated for them."""

    request: HttpRequest
    language: str | None
    time_zone: tzinfo


@asynccontextmanager
async def shown_to_tab(app: DjangoApp, token: str) -> AsyncIterator[None]:
    """As ``seen_by_tab``, and have the tab be sent nothing of states that are guarded from it."""
    async with seen_by_tab(app, token):
        event = event_of_tab(token) or Nobody(token=token)
        shown = functools.partial(shown_to, event.request, connection_of(app, token))
        with filtering(token, shown):
            yield


@asynccontextmanager
async def seen_by_tab(app: DjangoApp, token: str) -> AsyncIterator[None]:
    """Let code in the block find the request of the tab ``token``, or none, but no other tab's.

    Costs a run of the chain, unless an event of that tab runs here already.
    """
    event = event_of_tab(token)
    if event is not None and event.running:
        yield
        return
    # In a context of its own: what the chain activates stays there, and nothing of this event
    # comes there, its language or the thread that its middleware waits in.
    viewer = await asyncio.create_task(viewer_of(app, token), context=Context())
    if viewer is None:
        usual = translation.override(settings.LANGUAGE_CODE), timezone.override(None)
        with bound(Nobody(token=token)), usual[0], usual[1]:
            yield
        return
    event = CurrentEvent(viewer.request, background=True, token=token)
    with bound(event), translation.override(viewer.language), timezone.override(viewer.time_zone):
        yield


def connection_of(app: DjangoApp, token: str) -> Connection | None:
    """Return the connection of the tab's socket, if it has one in this process."""
    sid = linked_socket(app, token)
    scope = connection_scope(app, sid) if sid is not None else None
    kept = scope.get(CONNECTION) if scope is not None else None
    return kept if isinstance(kept, Connection) else None


async def viewer_of(app: DjangoApp, token: str) -> Viewer | None:
    """Run the chain for what it finds; ``None`` if it refuses, or the tab is not connected.

    A tab whose login has ended meanwhile is sent nothing of what made somebody look at it.
    """
    connection = connection_of(app, token)
    if connection is None:
        return None
    found: list[Viewer] = []

    async def look(event: CurrentEvent) -> None:
        zone = timezone.get_current_timezone()
        found.append(Viewer(event.request, translation.get_language(), zone))

    path, query = path_and_query(connection.last_page)
    also = asking(guards_of_all_classes(), preload)
    outcome = await app.bridge.run(connection.requests, look, path=path, query=query, also=also)
    if outcome.identified and connection.has_lost_login(outcome.request):
        sockets.condemn(connection)
    return found[0] if found else None
