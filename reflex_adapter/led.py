"""Reflex's side of the application: or, where its pages cannot be loaded, the reason.

A mistake in a page does not take the admin down. What is wrong with the configuration does: there
is nothing to serve then.
"""

from __future__ import annotations

import logging

from django.core.exceptions import ImproperlyConfigured

from asgi_compose import ASGIApp, Receive, Scope, Send, refuse
from reflex_adapter.page_errors import failure, note_failure, say

logger = logging.getLogger("reflex_adapter")


def led_application() -> ASGIApp:
    """Return what answers Reflex's paths; if the pages cannot be loaded, with 503 and the reason.

    Raises ``ImproperlyConfigured`` for what is wrong with the project's configuration.
    """
    try:
        # Not above: what the project's pages raise when they are imported is the matter here.
        from reflex_adapter.django_led_app import app  # noqa: PLC0415

        return app()
    except ImproperlyConfigured:
        raise
    except Exception as error:
        note_failure(error)
        logger.critical("The pages cannot be loaded: %s", failure(), exc_info=error)
        return unavailable


async def unavailable(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        await refuse(scope, receive, send, status=503, text=say())
