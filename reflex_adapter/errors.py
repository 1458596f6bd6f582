"""The error path of the app: what a page shows of an exception, and that it is logged once.

Django logs what a handler raises, as it does for a view; only what Django has not seen is logged
here. Reflex's default would log all of it a second time.
"""

from __future__ import annotations

import logging

import reflex as rx
from django.conf import settings
from reflex.event import EventSpec

from reflex_adapter.logged import is_logged

logger = logging.getLogger("reflex_adapter")


class EventRefused(RuntimeError):
    """An event that the app's error path has to answer, since there is no better way to show it."""


def show_error(exception: Exception) -> EventSpec:
    """Return the message of an exception: the default of ``backend_exception_handler``.

    Details only under ``DEBUG``.
    """
    if not is_logged(exception):
        logger.error("An event failed: %s", exception, exc_info=exception)
    details = f"{type(exception).__name__}: {exception}" if settings.DEBUG else ""
    shown: EventSpec = rx.toast.error(
        "An error occurred.",
        description=details or "The event could not be completed.",
        id="backend_error",
        position="top-center",
        fallback_to_alert=True,
    )
    return shown
