"""What a worker thread does with its database connections between one lease and the next.

Called in the worker thread. It is what Django's own receivers of ``request_started`` and
``request_finished`` do, and one thing more: a transaction that somebody left open ends here.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from time import monotonic

from django.db import Error, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger("django_adapter")


def tidy_before() -> None:
    """Do what ``reset_queries`` and ``close_old_connections`` do, in one round."""
    for connection in connections.all(initialized_only=True):
        connection.queries_log.clear()
        connection.close_if_unusable_or_obsolete()


def tidy_after(at_the_end: bool = False) -> None:
    """Roll back what was left open, close what is old; at the thread's end close everything."""
    for connection in connections.all(initialized_only=True):
        if in_transaction(connection):
            logger.error(
                "A transaction on database %r was left open; it is rolled back.", connection.alias
            )
            abandon(connection)
        elif is_patched(connection):
            connection.close()
            del connections[connection.alias]
    if at_the_end:
        connections.close_all()
    else:
        close_old_connections()


def left_by_work() -> tuple[bool, bool]:
    """Tell whether a transaction is open, and whether ``tidy_after`` would find anything to do."""
    opened = untidy = False
    for connection in connections.all(initialized_only=True):
        opened |= in_transaction(connection)
        untidy |= is_old(connection) or is_patched(connection)
    return opened, opened or untidy


def in_transaction(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether a transaction is open, or would be by the next query."""
    if connection.connection is None:
        return connection.in_atomic_block
    managed = connection.settings_dict["AUTOCOMMIT"]
    return connection.in_atomic_block or bool(managed and not connection.autocommit)


def is_old(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether ``close_if_unusable_or_obsolete`` would look closer at the connection."""
    if connection.connection is None:
        return False
    expired = connection.close_at is not None and monotonic() >= connection.close_at
    return expired or connection.errors_occurred


def is_patched(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether somebody put a function on it that would go on to record queries of others.

    django-debug-toolbar does; under Django's own ASGI handler it ends with the request's thread.
    """
    return "cursor" in vars(connection)


def abandon(connection: BaseDatabaseWrapper) -> None:
    """End the transaction and the connection with it; the thread's next query opens a new one."""
    del connections[connection.alias]
    with suppress(Error):  # the server may have ended both before
        connection._rollback()  # type: ignore[attr-defined]
    # Not close(), which spares a database in memory. This one knows of a backend's pool.
    with suppress(Error):
        connection._close()  # type: ignore[attr-defined]
