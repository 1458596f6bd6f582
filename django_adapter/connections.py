"""What a worker thread does with its database connections between one lease and the next.

Called in the worker thread. It is what Django's own receivers of ``request_started`` and
``request_finished`` do, and one thing more: a transaction that somebody left open ends here.
"""

from __future__ import annotations

import logging

from django.db import close_old_connections, connections, reset_queries
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger("django_adapter")


def tidy_before() -> None:
    reset_queries()
    close_old_connections()


def tidy_after() -> None:
    for connection in connections.all(initialized_only=True):
        if is_open(connection):
            logger.error(
                "A transaction on database %r was left open; it is rolled back.", connection.alias
            )
            abandon(connection)
    close_old_connections()


def has_open_transaction() -> bool:
    return any(map(is_open, connections.all(initialized_only=True)))


def is_open(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether a transaction is open, or would be by the next query."""
    if connection.connection is None:
        return False
    managed = connection.settings_dict["AUTOCOMMIT"]
    return connection.in_atomic_block or bool(managed and not connection.autocommit)


def abandon(connection: BaseDatabaseWrapper) -> None:
    """End the transaction and the connection with it; the thread's next query opens a new one."""
    raw = connection.connection
    del connections[connection.alias]
    try:
        raw.rollback()
    finally:
        raw.close()
