"""The way of a background event: its chain is complete before its handler starts."""

from __future__ import annotations

import logging
from typing import Any

from django_adapter import own_thread
from reflex_adapter._reflex import (
    BaseStateEventProcessor,
    EventQueueEntry,
    RegisteredEventHandler,
)
from reflex_adapter.answers import refusal
from reflex_adapter.background import AccountChanged, TaskAccount
from reflex_adapter.conf import configuration
from reflex_adapter.connection import Connection
from reflex_adapter.current import CurrentEvent, bound
from reflex_adapter.finished import finished
from reflex_adapter.guarded_states import GuardedStates, asking, guards_of_handler, refused
from reflex_adapter.handlers import for_background
from reflex_adapter.places import Places
from reflex_adapter.processor import DjangoEventProcessor
from reflex_adapter.public_states import Strangers
from reflex_adapter.updates import updates_of

logger = logging.getLogger("reflex_adapter")


class BackgroundEventProcessor(DjangoEventProcessor):
    """Runs events as views of Django, and background handlers after a chain of their own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tasks = Places()

    async def _run(
        self, connection: Connection, entry: EventQueueEntry, registered: RegisteredEventHandler
    ) -> None:
        if not registered.handler.is_background:
            await super()._run(connection, entry, registered)
            return
        limits, tab = configuration().socket, entry.ctx.token
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

        guards = guards_of_handler(registered.handler.fn, registered.states[0])

        async def only_guards(event: CurrentEvent) -> None:
            await refused(guards, event)

        strangers = Strangers(self.app.login_guard, connection)
        page = self.page(connection, entry)
        seen_as = strangers.admitted(registered, page)
        also = asking(guards, None)
        outcome = await self._run_chain(
            connection, entry, only_guards, page, seen_as=seen_as, also=also
        )
        load = connection.last_load.of(entry.ctx.parent_txid)
        if await self._answer(connection, entry, outcome, load):
            request = finished(outcome.request)
            task = for_background(registered, TaskAccount(request, connection))
            event = CurrentEvent(request, background=True, token=entry.ctx.token)
            with bound(event):
                async with own_thread():
                    updates = updates_of(entry.ctx)
                    await strangers.restrict(updates, request)
                    GuardedStates(connection).restrict(updates, request)
                    await self._run_task(event, entry, task)

    async def _run_task(
        self, event: CurrentEvent, entry: EventQueueEntry, task: RegisteredEventHandler
    ) -> None:
        try:
            await BaseStateEventProcessor._execute_event(self, entry=entry, registered_handler=task)
        except AccountChanged:
            logger.info("Stopped %s: its login has ended", entry.event.name)
        finally:
            await event.close()
