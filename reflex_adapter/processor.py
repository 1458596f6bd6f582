"""Run every event of Reflex as a view of Django: the way of one event, from here to its end.

Reflex's own processor does what it always does, inside the chain. What cannot be given a request
is not run.
"""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, Any

from reflex.event import Event, EventSpec

from django_adapter import own_thread
from reflex_adapter._reflex import (
    BaseStateEventProcessor,
    EventQueueEntry,
    RegisteredEventHandler,
    connection_scope,
    page_url,
    socket_id,
)
from reflex_adapter.answers import answer, page_failed, refusal
from reflex_adapter.background import AccountChanged, TaskAccount
from reflex_adapter.bridge import Handler, Loader, Outcome
from reflex_adapter.conf import socket_limits
from reflex_adapter.connection import Connection, path_and_query
from reflex_adapter.cookie_tickets import STALE_SESSION
from reflex_adapter.current import CurrentEvent, bound
from reflex_adapter.errors import EventRefused
from reflex_adapter.finished import finished
from reflex_adapter.handlers import Prepared, for_background, for_django
from reflex_adapter.handshake import CONNECTION
from reflex_adapter.places import Places
from reflex_adapter.public_states import Strangers
from reflex_adapter.updates import updates_of

if TYPE_CHECKING:
    from reflex_adapter.reflex_app import DjangoApp

logger = logging.getLogger("reflex_adapter")


class DjangoEventProcessor(BaseStateEventProcessor):
    """Reflex's event processor with the project's middleware chain around each handler."""

    def __init__(self, app: DjangoApp, **options: Any) -> None:
        super().__init__(**options)
        self.app = app
        self.tasks = Places()

    async def _execute_event(
        self, *, entry: EventQueueEntry, registered_handler: RegisteredEventHandler
    ) -> None:
        connection = self.connection(entry)
        if connection is None:
            logger.info("Dropped %s: its socket has closed", entry.event.name)
        elif registered_handler.handler.is_background:
            await self._run_in_background(connection, entry, registered_handler)
        else:
            await self._run_in_chain(connection, entry, registered_handler)

    def connection(self, entry: EventQueueEntry) -> Connection | None:
        """Return the checked connection the event came by, ``None`` if it is over."""
        sid = socket_id(entry.ctx.router_data)
        if sid is None:
            raise EventRefused(
                f"{entry.event.name} came by no socket, so there is no Django request for it."
            )
        scope = connection_scope(self.app, sid)
        if scope is None:
            return None
        kept = scope.get(CONNECTION)
        if not isinstance(kept, Connection):
            raise EventRefused(
                "Reflex was reached past Django: serve reflex_adapter.asgi_entry.application."
            )
        return None if kept.closed else kept

    def page(self, connection: Connection, entry: EventQueueEntry) -> str:
        """Return path and query of the page the event is from, as the client claims them."""
        return page_url(entry.ctx.router_data)

    async def _run_in_chain(
        self, connection: Connection, entry: EventQueueEntry, registered: RegisteredEventHandler
    ) -> None:
        prepared = for_django(registered)
        try:
            outcome = await self._run_view(connection, entry, registered, prepared)
            await self._answer(entry, outcome, loads_page=prepared.loads_page)
        except Exception:
            if prepared.loads_page:
                await self._tell(entry, page_failed("An error occurred."))
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

        @functools.wraps(registered.handler.fn)
        async def handler(event: CurrentEvent) -> None:
            event.handler_ended = updates.hold
            await strangers.restrict(updates, event.request)
            event.token = entry.ctx.token
            await execute(entry=entry, registered_handler=prepared.registered)

        strangers.admit(handler, registered, self.page(connection, entry))
        try:
            outcome = await self._run_chain(connection, entry, handler, prepared.loader)
        finally:
            await updates.release()
        await strangers.make_up(outcome.request, entry.ctx)
        return outcome

    async def _run_in_background(
        self, connection: Connection, entry: EventQueueEntry, registered: RegisteredEventHandler
    ) -> None:
        limits, tab = socket_limits(), entry.ctx.token
        if self.tasks.take(tab, limits.max_tasks):
            try:
                await self._run_after_chain(connection, entry, registered)
            finally:
                self.tasks.give_back(tab)
        else:
            why, log = "too many background tasks", self.app.violations
            log.write(connection.handshake, why, entry.event.name, most=limits.max_log_lines)
            await self._tell(entry, refusal("429 Too Many Requests"))

    async def _run_after_chain(
        self, connection: Connection, entry: EventQueueEntry, registered: RegisteredEventHandler
    ) -> None:
        """Run a background handler, which is no view: its chain is complete before it starts."""

        @functools.wraps(registered.handler.fn)
        async def nothing(event: CurrentEvent) -> None:
            pass

        strangers = Strangers(self.app.login_guard, connection)
        strangers.admit(nothing, registered, self.page(connection, entry))
        outcome = await self._run_chain(connection, entry, nothing)
        if await self._answer(entry, outcome):
            request = finished(outcome.request)
            task = for_background(registered, TaskAccount(request, connection))
            with bound(CurrentEvent(request, background=True, token=entry.ctx.token)):
                async with own_thread():
                    await strangers.restrict(updates_of(entry.ctx), request)
                    await self._run_task(entry, task)

    async def _run_task(self, entry: EventQueueEntry, task: RegisteredEventHandler) -> None:
        try:
            await super()._execute_event(entry=entry, registered_handler=task)
        except AccountChanged:
            logger.info("Stopped %s: its login has ended", entry.event.name)

    async def _run_chain(
        self,
        connection: Connection,
        entry: EventQueueEntry,
        handler: Handler,
        also: Loader | None = None,
    ) -> Outcome:
        page = self.page(connection, entry)
        path, query = path_and_query(page)
        given = connection.session_cookie
        outcome = await self.app.bridge.run(
            connection.requests,
            handler,
            path=path,
            query=query,
            also=also,
        )
        connection.last_page = page
        if connection.session_gone(given, outcome.session_found):
            connection.close_soon(STALE_SESSION)
        elif lines := connection.respond(outcome.response):
            tell = functools.partial(self._tell, entry)
            await self.app.tickets.hand_over(lines, given, connection, tell)
        return outcome

    async def _answer(
        self, entry: EventQueueEntry, outcome: Outcome, *, loads_page: bool = False
    ) -> bool:
        """Tell the client what the chain answered; return whether that was nothing of its own."""
        told = answer(outcome, loads_page=loads_page)
        if told is not None:
            await self._tell(entry, told)
        return told is None

    async def _tell(self, entry: EventQueueEntry, event: EventSpec) -> None:
        await entry.ctx.emit_event(*Event.from_event_type(event))
