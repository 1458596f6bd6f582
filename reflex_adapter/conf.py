"""The ``REFLEX_DJANGO_*`` settings, read here and nowhere else."""

from __future__ import annotations

from dataclasses import Field, asdict, dataclass, field, fields
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


def within(default: int, least: int, most: int) -> int:
    """Declare a limit with its default, and the range that a project may set it in."""
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class SocketLimits:
    """``REFLEX_DJANGO_SOCKET_MAX_MESSAGE`` and so on: what one socket may ask of the process."""

    # Bytes. Hypercorn itself takes 16 MiB; less than a kibibyte would let no page connect.
    max_message: int = within(1024 * 1024, 1024, 16 * 1024 * 1024)
    max_malformed: int = within(5, 1, 1000)  # messages, the last of which closes the socket
    max_rate: int = within(50, 1, 100_000)  # messages a second
    max_burst: int = within(100, 10, 100_000)  # at once, after a pause; a page begins with several
    max_queued: int = within(256, 1, 100_000)  # events of a tab that have not begun
    max_tasks: int = within(16, 1, 10_000)  # background tasks of a tab
    max_per_visitor: int = within(20, 1, 100_000)  # sockets that one visitor has open
    max_open: int = within(5_000, 1, 1_000_000)  # sockets that the process has open
    max_log_lines: int = within(20, 1, 10_000)  # a minute, about all sockets of the process


def socket_limits() -> SocketLimits:
    """Return the limits that a socket has to keep."""
    return SocketLimits(**{limit.name: socket_limit(limit) for limit in fields(SocketLimits)})


def socket_limit(limit: Field[int]) -> int:
    default: int = getattr(SocketLimits, limit.name)
    return number(f"SOCKET_{limit.name.upper()}", default, **limit.metadata)


def number(name: str, default: int, least: int = 1, most: int | None = None) -> int:
    value = getattr(settings, f"REFLEX_DJANGO_{name}", default)
    if type(value) is not int or value < least or (most is not None and value > most):
        upwards = "on" if most is None else f"to {most}"
        raise ImproperlyConfigured(
            f"REFLEX_DJANGO_{name} must be a whole number from {least} {upwards}, not {value!r}."
        )
    return value


def visitor_cookie() -> str:
    """``REFLEX_DJANGO_VISITOR_COOKIE``: the cookie of the visitor whose state a tab shows."""
    name = getattr(settings, "REFLEX_DJANGO_VISITOR_COOKIE", "reflex_visitor")
    if not isinstance(name, str) or not name:
        raise ImproperlyConfigured(
            f"REFLEX_DJANGO_VISITOR_COOKIE must be the name of a cookie, not {name!r}."
        )
    return name


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
