"""Run every event of Reflex as a view of Django: the way of one event, from here to its end.

Reflex's own processor does what it always does, inside the chain. What cannot be given a request
is not run.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reflex.event import Event, EventSpec

from django_adapter.identity import Loader
from reflex_adapter._reflex import (
    BaseStateEventProcessor,
    EventQueueEntry,
    RegisteredEventHandler,
    connection_scope,
    enqueues_on_load,
    page_url,
    socket_id,
    token_of_socket,
)
from reflex_adapter.answers import answer, handler_ran, page_failed, page_left
from reflex_adapter.bridge import Handler, Outcome
from reflex_adapter.connection import STALE_SESSION, Connection, path_and_query
from reflex_adapter.current import CurrentEvent
from reflex_adapter.errors import EventRefused
from reflex_adapter.guarded_states import GuardedStates, refused
from reflex_adapter.handlers import Prepared, for_django
from reflex_adapter.handshake import CONNECTION
from reflex_adapter.last_load import Load
from reflex_adapter.other_processes import others
from reflex_adapter.other_tabs import connection_of
from reflex_adapter.posted import posted_if_asked
from reflex_adapter.present_page import concerns, reaches
from reflex_adapter.public_states import Strangers
from reflex_adapter.revocation import DOUBT, sockets
from reflex_adapter.updates import emit_now, updates_of

if TYPE_CHECKING:
    from reflex_adapter.reflex_app import DjangoApp

logger = logging.getLogger("reflex_adapter")


class DjangoEventProcessor(BaseStateEventProcessor):
    """Reflex's event processor with the project's middleware chain around each handler."""

    def __init__(self, app: DjangoApp, **options: Any) -> None:
        super().__init__(**options)
        self.app = app

    async def _execute_event(
        self, *, entry: EventQueueEntry, registered_handler: RegisteredEventHandler
    ) -> None:
        connection = self.connection(entry)
        if connection is None:
            logger.info("Dropped %s: it came by no open socket of its tab", entry.event.name)
        else:
            await self._run(connection, entry, registered_handler)

    def connection(self, entry: EventQueueEntry) -> Connection | None:
        """Return the checked connection the event came by, ``None`` if it is over.

        An event that one tab enqueued for another has come by the socket of the former, whose
        visitor must not be who it runs for.
        """
        sid = socket_id(entry.ctx.router_data)
        if sid is None:
            raise EventRefused(
                f"{entry.event.name} came by no socket, so there is no Django request for it."
            )
        scope = connection_scope(self.app, sid)
        if scope is None or token_of_socket(self.app, sid) != entry.ctx.token:
            return None
        kept = scope.get(CONNECTION)
        if not isinstance(kept, Connection):
            raise EventRefused(
                "Reflex was reached past Django: serve reflex_adapter.asgi_entry.application."
            )
        return None if kept.closed or kept.silent else kept

    def page(self, connection: Connection, entry: EventQueueEntry) -> str:
        """Return path and query of the page the event is from, as the client claims them.

        A page says where it is below the mount; a request for it has the whole path.
        """
        return self.app.prefix + page_url(entry.ctx.router_data)

    async def _run(
        self, connection: Connection, entry: EventQueueEntry, registered: RegisteredEventHandler
    ) -> None:
        prepared, last = for_django(registered), connection.last_load
        if enqueues_on_load(registered) and (shown := last.begin(entry.ctx.txid)):
            await self._tell(entry, page_left(shown))
        load = last if prepared.loads_page else last.of(entry.ctx.parent_txid)
        try:
            outcome = await self._run_view(connection, entry, registered, prepared)
            await self._answer(connection, entry, outcome, load)
        except Exception:
            if load is not None:
                await self._tell(entry, page_failed("An error occurred.", load.fail()))
            raise

    async def _run_view(
        self,
        connection: Connection,
        entry: EventQueueEntry,
        registered: RegisteredEventHandler,
        prepared: Prepared,
    ) -> Outcome:
        execute = super()._execute_event
        updates = updates_of(entry.ctx)
        strangers = Strangers(self.app.login_guard, connection)
        guarded = GuardedStates(connection)

        async def handler(event: CurrentEvent) -> None:
            event.handler_ended = updates.hold
            updates.reaches = functools.partial(reaches, self.app, connection, entry.ctx.token)
            await strangers.restrict(updates, event.request)
            guarded.restrict(updates, event.request)
            if prepared.guards and await refused(prepared.guards, event):
                return
            event.token = entry.ctx.token
            connection.events.handler_starts(event.request)
            try:
                await execute(entry=entry, registered_handler=prepared.registered)
            finally:
                connection.events.handler_ends()
                await event.close()

        page = self.page(connection, entry)
        seen_as = strangers.admitted(registered, page)
        try:
            outcome = await self._run_chain(
                connection, entry, handler, page, seen_as=seen_as, also=prepared.loader
            )
        finally:
            await updates.release()
        await strangers.make_up(outcome.request, entry.ctx)
        if connection.kept_back:
            await guarded.make_up(outcome, entry.ctx)
        return outcome

    async def _run_chain(
        self,
        connection: Connection,
        entry: EventQueueEntry,
        handler: Handler,
        page: str,
        *,
        seen_as: Callable[..., Any],
        also: Loader | None = None,
    ) -> Outcome:
        path, query = path_and_query(page)
        given = connection.session_cookie
        with connection.events.counted():
            outcome = await self.app.bridge.run(
                connection.requests,
                handler,
                path=path,
                query=query,
                post=posted_if_asked(entry.event.payload),
                seen_as=seen_as,
                also=also,
                raises=False,
            )
            connection.last_page = page
            ran = handler_ran(outcome)
            known = outcome.identified and outcome.error is None
            if former := connection.saw(outcome.request) if known else None:
                sockets.doubt(former)  # by other sockets of the same browser
            if connection.session_gone(given, outcome.session_found):
                connection.close_soon(STALE_SESSION)
            elif lines := connection.respond(outcome.response, outcome.own_cookies, ran=ran):
                tell = functools.partial(self._tell, entry)
                present = functools.partial(connection_of, self.app, entry.ctx.token)
                await self.app.tickets.hand_over(lines, given, connection, present, tell)
        if outcome.error is not None:
            raise outcome.error
        if former:
            others.tell(DOUBT, former)  # not sooner: they do not know that cookies are on their way
        return outcome

    async def _answer(
        self, connection: Connection, entry: EventQueueEntry, outcome: Outcome, load: Load
    ) -> bool:
        """Tell the client what the chain answered; return whether that was nothing of its own."""
        told = answer(outcome, load)
        if told is not None and concerns(self.app, connection, entry.ctx.token, outcome):
            await self._tell(entry, told)
        return told is None

    async def _tell(self, entry: EventQueueEntry, event: EventSpec) -> None:
        await emit_now(entry.ctx, *Event.from_event_type(event))
