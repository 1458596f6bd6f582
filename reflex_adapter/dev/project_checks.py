"""What ``runserver`` says of a project whenever it starts: system checks and missing migrations.

The checks cost some 20 ms. The migrations are asked of a database that may be slow or away, so
nothing waits for the answer.
"""

from __future__ import annotations

import logging
import threading

from django.core.management.base import BaseCommand
from django.db import connections

logger = logging.getLogger("reflex_adapter")


def check_project() -> None:
    """Print what the system checks find; raise ``SystemCheckError`` for an error among it."""
    BaseCommand(no_color=True).check(display_num_errors=True)


def tell_migrations() -> None:
    """Print, in a moment, which migrations are not applied."""
    threading.Thread(target=look_at_migrations, daemon=True).start()


def look_at_migrations() -> None:
    try:
        BaseCommand(no_color=True).check_migrations()
    except Exception as error:  # noqa: BLE001 - whatever a migration or a database raises
        logger.warning("Cannot tell which migrations are not applied: %s", error)
    finally:
        connections.close_all()  # this thread's
