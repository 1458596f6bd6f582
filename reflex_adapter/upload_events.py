"""Give the events of uploads, and those they go on to, the connection of the upload.

Other events are marked with their socket. Those of an upload are known by what they enqueue with,
which Reflex hands on to every event that comes of them.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any

from reflex.event import Event

from reflex_adapter._reflex import (
    BaseStateEventProcessor,
    EventContext,
    EventQueueEntry,
    RegisteredEventHandler,
)
from reflex_adapter.background_events import BackgroundEventProcessor
from reflex_adapter.connection import Connection
from reflex_adapter.in_band import Malformed, parsed
from reflex_adapter.other_tabs import connection_of
from reflex_adapter.upload import Upload, upload_without_event
from reflex_adapter.upload_body import UploadRefused
from reflex_adapter.upload_border import refuse


@dataclasses.dataclass(frozen=True)
class EnqueueOfUpload:
    """Enqueues events that belong to ``upload`` and to the tab that has ``token``."""

    processor: BaseStateEventProcessor
    upload: Upload
    token: str

    async def __call__(self, token: str, *events: Event) -> Any:
        return await self.processor.enqueue_many(token, *events)


class UploadEventProcessor(BackgroundEventProcessor):
    """Runs events as views of Django, those of uploads too."""

    def connection(self, entry: EventQueueEntry) -> Connection | None:
        return self.upload_of(entry) or super().connection(entry)

    def page(self, connection: Connection, entry: EventQueueEntry) -> str:
        if isinstance(connection, Upload):
            return connection.page
        return super().page(connection, entry)

    def upload_of(self, entry: EventQueueEntry) -> Upload | None:
        """Return the upload this event came of; it is no other tab's than the uploader's."""
        mark = entry.ctx.enqueue_impl
        if isinstance(mark, EnqueueOfUpload) and mark.token == entry.ctx.token:
            return mark.upload
        return None

    def enqueue(
        self, token: str, event: Event, ev_ctx: EventContext | None = None
    ) -> Coroutine[Any, Any, Any]:
        """Enqueue an event as Reflex does, with its mark if an upload asks for it."""
        upload = upload_without_event()
        if upload is None:
            return super().enqueue(token, event, ev_ctx)
        return self._enqueue_upload(upload, token, event, ev_ctx)

    async def _enqueue_upload(
        self, upload: Upload, token: str, event: Event, ev_ctx: EventContext | None
    ) -> Any:
        await self._refuse_unless_callable(upload, event)
        context = ev_ctx or EventContext.get().fork(token=token)
        mark = EnqueueOfUpload(self, upload, token)
        context = dataclasses.replace(context, enqueue_impl=mark)
        upload.tab = connection_of(self.app, token)
        upload.event = future = await super().enqueue(token, event, context)
        if ev_ctx is None:
            # Streamed. No chunk is read for a handler that Django may never let start.
            await first_of(upload.judged, future)
        return future

    async def _refuse_unless_callable(self, upload: Upload, event: Event) -> None:
        """Hold the event of an upload to what holds for one that comes by socket."""
        try:
            parsed(json.dumps(event.payload, default=lambda files: None))
            self.app.judge({"name": event.name, "payload": event.payload})
        except Malformed as malformed:
            refused = UploadRefused(HTTPStatus.BAD_REQUEST, str(malformed))
            await refuse(upload, refused, self.app.violations)
            raise refused from None

    def _execute_event(
        self, *, entry: EventQueueEntry, registered_handler: RegisteredEventHandler
    ) -> Coroutine[Any, Any, None]:
        run = super()._execute_event(entry=entry, registered_handler=registered_handler)
        upload = self.upload_of(entry)
        return run if upload is None else answering(upload, run)


async def answering(upload: Upload, run: Coroutine[Any, Any, None]) -> None:
    """Run an event of ``upload``; if it fails, so does the upload."""
    try:
        await run
    except UploadRefused:
        pass  # was answered and logged where it was made
    except Exception:
        upload.fail()
        raise


async def first_of(event: asyncio.Event, future: asyncio.Future[Any]) -> None:
    """Wait until ``event`` is set or ``future`` is done, however it ended."""
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait([waiting, future], return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
