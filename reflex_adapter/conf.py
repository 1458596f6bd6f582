"""The ``REFLEX_DJANGO_*`` settings, read here and nowhere else."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

BUILD_FOLDER = "_reflex"  # below STATIC_ROOT
MOST_SECONDS = 300  # that an authentication may be out of date
TICKET_PATH = "/_event_cookies"  # where the page fetches the cookies that an event has set


def use_rxconfig_file() -> bool:
    """``REFLEX_DJANGO_USE_RXCONFIG_FILE``: merge the project's ``rxconfig.py`` underneath."""
    return flag("USE_RXCONFIG_FILE", False)


def mirror_messages() -> bool:
    """``REFLEX_DJANGO_MIRROR_MESSAGES``: show Django's messages through ``AppState.messages``.

    Where it is off they wait in Django's storage for the next page that Django renders.
    """
    return flag("MIRROR_MESSAGES", True)


def mirror_csrf() -> bool:
    """``REFLEX_DJANGO_MIRROR_CSRF``: keep a CSRF token in ``AppState.csrf_token``."""
    return flag("MIRROR_CSRF", True)


def mirror_language() -> bool:
    """``REFLEX_DJANGO_MIRROR_LANGUAGE``: ``AppState.language`` and ``.language_bidi``."""
    return flag("MIRROR_LANGUAGE", True)


def auth_cache_seconds() -> float:
    """``REFLEX_DJANGO_AUTH_CACHE``: for how many seconds the session and user of a connection may
    be remembered, instead of asked of their stores on every event; 0 for never, at most 300.
    """
    seconds = getattr(settings, "REFLEX_DJANGO_AUTH_CACHE", 0)
    numeric = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not numeric or not 0 <= seconds <= MOST_SECONDS:
        raise ImproperlyConfigured(
            f"REFLEX_DJANGO_AUTH_CACHE must be seconds from 0 to {MOST_SECONDS}, not {seconds!r}."
        )
    return float(seconds)


@dataclass(frozen=True)
class UploadLimits:
    """``REFLEX_DJANGO_UPLOAD_MAX_FILE_SIZE`` and so on: sizes in bytes, the wait in seconds."""

    max_file_size: int = 10 * 1024 * 1024
    max_size: int = 25 * 1024 * 1024  # of the request
    max_files: int = 20
    max_wait: int = 30  # for the next bytes


def upload_limits() -> UploadLimits:
    """Return the limits that an upload has to keep."""
    defaults = asdict(UploadLimits())
    return UploadLimits(**{k: number(f"UPLOAD_{k.upper()}", v) for k, v in defaults.items()})


def number(name: str, default: int) -> int:
    value = getattr(settings, f"REFLEX_DJANGO_{name}", default)
    if type(value) is not int or value < 1:
        raise ImproperlyConfigured(
            f"REFLEX_DJANGO_{name} must be a whole number from 1 on, not {value!r}."
        )
    return value


def flag(name: str, default: bool) -> bool:
    value = getattr(settings, f"REFLEX_DJANGO_{name}", default)
    if not isinstance(value, bool):
        raise ImproperlyConfigured(f"REFLEX_DJANGO_{name} must be True or False, not {value!r}.")
    return value


def build_root() -> Path:
    """Return the folder of the compiled app, ``STATIC_ROOT/_reflex``."""
    if not settings.STATIC_ROOT:
        raise ImproperlyConfigured(
            "Reflex's compiled app is kept below STATIC_ROOT: set STATIC_ROOT in your settings, "
            "for example to BASE_DIR / 'staticfiles'."
        )
    return Path(settings.STATIC_ROOT) / BUILD_FOLDER
