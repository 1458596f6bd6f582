"""Reflex's side of the application: or, where its pages cannot be loaded, the reason.

A mistake in a page does not take the admin down. What is wrong with the configuration does: there
is nothing to serve then.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

from asgi_compose import ASGIApp, Receive, Scope, Send, refuse
from reflex_adapter.node import PackagesMissing
from reflex_adapter.page_errors import failure, note_failure, say
from reflex_adapter.supported import check_version

if TYPE_CHECKING:
    from reflex_adapter.reflex_app import DjangoApp

logger = logging.getLogger("reflex_adapter")


def led_application() -> ASGIApp:
    """Return what answers Reflex's paths; if the pages cannot be loaded, with 503 and the reason.

    Raises ``ImproperlyConfigured`` for what is wrong with the project's configuration, and
    ``PackagesMissing`` where the app is developed and npm fails.
    """
    with noting_failure():
        return load_pages()()
    return unavailable


@contextmanager
def noting_failure() -> Iterator[None]:
    """Note and log what loading the pages raises, and go on behind the block."""
    try:
        yield
    except (ImproperlyConfigured, PackagesMissing):
        raise
    except Exception as error:
        note_failure(error)
        logger.critical("The pages cannot be loaded: %s", failure(), exc_info=error)


def load_pages() -> DjangoApp:
    check_version()  # before the names of another Reflex are missed
    # Not above: what the project's pages raise when they are imported is the matter here.
    from reflex_adapter.django_led_app import app  # noqa: PLC0415

    return app


async def unavailable(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        await refuse(scope, receive, send, status=503, text=say())
