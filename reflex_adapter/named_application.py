"""The project's own ASGI application, by the name that its settings have for it."""

from __future__ import annotations

import sys

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from asgi_compose import ASGIApp

ENTRY = "reflex_adapter.asgi_entry"


def load_application(name: str) -> ASGIApp:
    """Import it. Raises ``ImproperlyConfigured`` where it is missing, or cannot be Reflex's too."""
    try:
        application: ASGIApp = import_string(name)
    except ImportError as error:
        if not is_missing(name, error):
            raise
        raise ImproperlyConfigured(f"ASGI_APPLICATION = {name!r}: {error}.") from error
    if ENTRY not in sys.modules:
        raise ImproperlyConfigured(
            f"ASGI_APPLICATION = {name!r} is Django alone, without Reflex: "
            f"write `from {ENTRY} import application` in its module, or name {ENTRY}.application."
        )
    return application


def is_missing(name: str, error: ImportError) -> bool:
    """Tell whether it is the name that is wrong, and not what its module imports."""
    if isinstance(error, ModuleNotFoundError):
        return f"{name}.".startswith(f"{error.name}.")
    return isinstance(error.__cause__, AttributeError | ValueError)
