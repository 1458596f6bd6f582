"""Which of ``settings.MIDDLEWARE`` runs around events."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from reflex_adapter.conf import configuration

# What `AppState` is made of: without these there is no session, user, message or language.
OF_APP_STATE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.locale.LocaleMiddleware",
)


def event_middleware() -> list[str]:
    """Return the dotted paths of the middleware around events, the outermost first.

    That is all of it, but for ``REFLEX_DJANGO_EVENT_MIDDLEWARE_SKIP``; and no more than what
    ``AppState`` is made of, where ``REFLEX_DJANGO_RUN_MIDDLEWARE_CHAIN`` is off. Raises
    ``ImproperlyConfigured`` where the former names what is not in ``MIDDLEWARE``.
    """
    skipped = configuration().event_middleware_skip
    if unknown := [path for path in skipped if path not in settings.MIDDLEWARE]:
        raise ImproperlyConfigured(
            f"REFLEX_DJANGO_EVENT_MIDDLEWARE_SKIP names {unknown[0]!r}, which is not in MIDDLEWARE."
        )
    kept = [path for path in settings.MIDDLEWARE if path not in skipped]
    if configuration().run_middleware_chain:
        return kept
    needed = tuple(import_string(path) for path in OF_APP_STATE)
    return [path for path in kept if is_one_of(imported(path), needed)]


def imported(path: str) -> object:
    """Return what an entry of ``MIDDLEWARE`` names; what cannot be imported is raised with it."""
    try:
        return import_string(path)
    except ImportError as error:
        error.msg = f"MIDDLEWARE has {path!r}: {error.msg}"
        raise


def is_one_of(middleware: object, classes: tuple[type, ...]) -> bool:
    return isinstance(middleware, type) and issubclass(middleware, classes)
