"""The shop as one ASGI application: ``hypercorn config.asgi:application``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Only now: it reads the settings.
from reflex_adapter.asgi_entry import application

__all__ = ["application"]
