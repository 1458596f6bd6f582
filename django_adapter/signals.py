"""``request_started`` and ``request_finished``, without a hop for Django's own receivers.

Those see to what belongs to a thread: its database connections, its URLconf. A leased thread sees
to its connections itself, at both ends of the lease. Where a project listens too, all receivers get
the signal the way Django sends it.
"""

from __future__ import annotations

import functools
import logging
from concurrent.futures import Future
from contextvars import copy_context
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.cache import BaseCache, caches, close_caches
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.dispatch import Signal
from django.http.response import HttpResponseBase
from django.urls import set_urlconf
from django.utils.module_loading import import_string

from django_adapter.lease import Lease

logger = logging.getLogger("django_adapter")

OWN = frozenset(
    map(id, (reset_queries, close_old_connections, close_caches, reset_urlconf)),
)


def only_django_listens(signal: Signal) -> bool:
    return OWN.issuperset([receiver[0][0] for receiver in signal.receivers])


async def started(sender: type, scope: Any, lease: Lease | None) -> None:
    """Send ``request_started``, unless nothing would come of it but what the lease does.

    Without a lease it is the caller's thread, whose connections, and transactions, are its own.
    """
    if not only_django_listens(request_started):
        await request_started.asend(sender=sender, scope=scope)


async def finished(
    sender: type | None, response: HttpResponseBase | None, lease: Lease | None
) -> None:
    """Close ``response``, which sends ``request_finished``; without a response, send it alone.

    With Django's own receivers only, what they would do is done in line, or in the leased thread,
    which is not waited for, where it may take its time. Database connections are not their affair
    here: the leased thread looks after its own, and so does who has lent a thread of theirs.
    """
    if response is not None:
        response._handler_class = sender  # type: ignore[attr-defined]
    if not only_django_listens(request_finished):
        if response is None:
            await request_finished.asend(sender=sender)
        else:
            await sync_to_async(response.close, thread_sensitive=True)()
    elif not (has_caches_to_close() or has_more_to_close(response)):
        close_here(response)
        set_urlconf(None)
    elif lease is None:
        await sync_to_async(close_in_thread, thread_sensitive=True)(response)
    else:
        lease.submit(copy_context().run, close_in_thread, response).add_done_callback(log_failure)


def has_caches_to_close() -> bool:
    """Tell whether a cache was used that has connections of its own."""
    if not any(closes(options["BACKEND"]) for options in settings.CACHES.values()):
        return False
    used = caches.all(initialized_only=True)
    return any(type(cache).close is not BaseCache.close for cache in used)


@functools.cache
def closes(backend: str) -> bool:
    """Tell whether a cache backend of this dotted name closes anything at the end of a request."""
    return import_string(backend).close is not BaseCache.close


def has_more_to_close(response: HttpResponseBase | None) -> bool:
    """Tell whether closing it closes more than the request's body, which is in memory."""
    if response is None:
        return False
    return has_own_close(response) or len(response._resource_closers) > 1  # type: ignore[attr-defined]


def has_own_close(response: HttpResponseBase) -> bool:
    return type(response).close is not HttpResponseBase.close


def close_in_thread(response: HttpResponseBase | None) -> None:
    if response is not None and has_own_close(response):
        response.close()
        return
    close_here(response)
    close_caches()
    set_urlconf(None)


def close_here(response: HttpResponseBase | None) -> None:
    """Do what ``HttpResponseBase.close`` does, without the signal that nobody listens to."""
    if response is None:
        return
    for closer in response._resource_closers:  # type: ignore[attr-defined]
        try:
            closer()
        except Exception:
            logger.debug("A resource of %r could not be closed", response, exc_info=True)
    response._resource_closers.clear()  # type: ignore[attr-defined]
    response.closed = True


def close_after_work(body: IO[bytes], lease: Lease | None) -> None:
    """Close a request's body, once no thread reads in it for a client that has left."""
    if lease is not None and lease.at_work:
        lease.submit(body.close).add_done_callback(log_failure)
    else:
        body.close()


def log_failure(closing: Future[None]) -> None:
    if (error := closing.exception()) is not None:
        logger.error("The end of a request failed", exc_info=error)
