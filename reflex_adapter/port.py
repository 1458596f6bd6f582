"""The one port of the site, where the project's configuration names it: its ``backend_port``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from reflex_adapter.conf import configuration
from reflex_adapter.mount import get_mount

DEFAULT_PORT = 8000


def port_of_mount() -> int:
    """Return the port that ``reflex_mount(rx_config=...)`` says, or else the default."""
    return checked(get_mount().rx_config.get("backend_port"))


def port_of_project() -> int:
    """Return the port of the mount, or of the project's ``rxconfig.py`` where that is asked for.

    Reflex is loaded only in the second case. Raises ``ImproperlyConfigured`` for what is no port.
    """
    if not configuration().use_rxconfig_file:
        return port_of_mount()
    return checked(import_module("reflex_adapter._reflex").get_config().backend_port)


def checked(said: Any) -> int:
    if said is None:
        return DEFAULT_PORT
    if isinstance(said, int) and 0 < said < 2**16:
        return said
    raise ImproperlyConfigured(f"rx_config: backend_port = {said!r} is no port; say one as 8000.")
