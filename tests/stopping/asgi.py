"""The project's application beside another one, whose lifespan is noted."""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from asgi_compose import Route, path_prefix
from reflex_adapter.asgi_entry import build_application
from tests.stopping.notes import note

if "STOPPING_BROKEN" in os.environ:
    raise RuntimeError("This application cannot be served.")
if "STOPPING_MISTAKEN" in os.environ:
    raise ImproperlyConfigured("This project has no page.")


async def neighbour(scope: Any, receive: Any, send: Any) -> None:
    for event in ("startup", "shutdown"):
        await receive()
        note(event)
        await send({"type": f"lifespan.{event}.complete"})


application = build_application(routes=[Route(path_prefix("/neighbour"), neighbour)])
