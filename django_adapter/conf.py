"""The ``DJANGO_ADAPTER_*`` settings, read here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PREFIX = "DJANGO_ADAPTER_"
THREADS = 16


def thread_count() -> int:
    """``DJANGO_ADAPTER_THREADS``: worker threads of the process, for requests and events alike."""
    count = getattr(settings, "DJANGO_ADAPTER_THREADS", THREADS)
    if type(count) is not int or not 1 <= count <= 1000:
        raise ImproperlyConfigured(
            f"DJANGO_ADAPTER_THREADS must be a number from 1 to 1000, not {count!r}."
        )
    return count


def non_blocking() -> frozenset[str]:
    """``DJANGO_ADAPTER_NON_BLOCKING``: middleware whose hooks do no I/O, by dotted paths.

    Their hooks are called in the event loop, where Django's ORM refuses to work.
    """
    paths = getattr(settings, "DJANGO_ADAPTER_NON_BLOCKING", ())
    if isinstance(paths, str) or not isinstance(paths, Iterable):
        raise ImproperlyConfigured(
            f"DJANGO_ADAPTER_NON_BLOCKING must be a list of dotted paths, not {paths!r}."
        )
    paths = tuple(paths)
    if unknown := [path for path in paths if path not in settings.MIDDLEWARE]:
        raise ImproperlyConfigured(
            f"DJANGO_ADAPTER_NON_BLOCKING names {unknown[0]!r}, which is not in MIDDLEWARE."
        )
    return frozenset(paths)


def compiled_chain() -> bool:
    """``DJANGO_ADAPTER_COMPILED_CHAIN``: serve HTTP over the compiled chain, not Django's own."""
    return flag("COMPILED_CHAIN", True)


def flag(name: str, default: bool) -> bool:
    value = getattr(settings, f"DJANGO_ADAPTER_{name}", default)
    if not isinstance(value, bool):
        raise ImproperlyConfigured(f"DJANGO_ADAPTER_{name} must be True or False, not {value!r}.")
    return value


SETTINGS: dict[str, Callable[[], object]] = {
    "DJANGO_ADAPTER_THREADS": thread_count,
    "DJANGO_ADAPTER_NON_BLOCKING": non_blocking,
    "DJANGO_ADAPTER_COMPILED_CHAIN": compiled_chain,
}


def refuse_wrong_settings() -> None:
    """Raise ``ImproperlyConfigured`` for a wrong value or an unknown name, saying what is right."""
    for name in unknown_names():
        raise ImproperlyConfigured(f"There is no setting {name}. {remedy(name)}")
    for read in SETTINGS.values():
        read()


def unknown_names() -> list[str]:
    return [name for name in dir(settings) if name.startswith(PREFIX) and name not in SETTINGS]


def remedy(unknown: str) -> str:
    close = get_close_matches(unknown, SETTINGS, n=1, cutoff=0.8)
    return f"Did you mean {close[0]}?" if close else "Remove it: nothing reads it."
