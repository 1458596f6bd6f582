"""What ``manage.py check`` says of the settings that concern the chain and its threads.

Nothing is instantiated and no database is asked: what middleware does is judged by its factory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from inspect import isfunction
from typing import Any, NamedTuple, get_type_hints

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from django_adapter import conf
from django_adapter.chain import is_hook_style

# Middleware that is known to do nothing while the view or handler behind it works, and that nobody
# could write in another way: docs/middleware.md says what it costs.
KNOWN_WELL = ("whitenoise.",)
CONNECTIONS = 4  # of psycopg's pool, where nothing is said of their number


class Known(NamedTuple):
    """Which check a wrong setting fails, and what to do then."""

    id: str
    hint: str


KNOWN = {
    "DJANGO_ADAPTER_THREADS": Known(
        "django_adapter.E001",
        "Say how many requests and events may be at work in a thread at once, or leave it out.",
    ),
    "DJANGO_ADAPTER_NON_BLOCKING": Known(
        "django_adapter.E002",
        "List middleware by the very paths that stand in MIDDLEWARE, or leave it out.",
    ),
    "DJANGO_ADAPTER_COMPILED_CHAIN": Known(
        "django_adapter.E003",
        "Set it to False to have HTTP served by Django's own handler, or leave it out.",
    ),
}


def register_checks() -> None:
    for check in (check_settings, check_names, check_pools, check_middleware):
        register(check, "django_adapter")


def check_settings(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    return list(wrong_settings())


def wrong_settings() -> Iterator[CheckMessage]:
    for name, read in conf.SETTINGS.items():
        try:
            read()
        except ImproperlyConfigured as error:
            yield Error(str(error), hint=KNOWN[name].hint, id=KNOWN[name].id)


def check_names(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    return [
        Error(f"There is no setting {name}.", hint=conf.remedy(name), id="django_adapter.E004")
        for name in conf.unknown_names()
    ]


def check_pools(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    try:
        threads = conf.thread_count()
    except ImproperlyConfigured:  # an error of its own
        return []
    sizes = {alias: pool_size(database) for alias, database in settings.DATABASES.items()}
    return [
        Warning(
            f"The pool of database {alias!r} has {size} connections for {threads} threads.",
            hint=f"Set the pool's max_size to {threads} at least, or DJANGO_ADAPTER_THREADS to "
            f"{size} at most: a thread that finds no connection waits, and fails in the end.",
            id="django_adapter.W001",
        )
        for alias, size in sizes.items()
        if size is not None and size < threads
    ]


def pool_size(database: Mapping[str, Any]) -> int | None:
    """Return how many connections psycopg's pool may have, where the database uses one."""
    pool = database.get("OPTIONS", {}).get("pool")
    if not pool or "oracle" in database["ENGINE"]:
        return None
    options = pool if isinstance(pool, Mapping) else {}
    size: int = options.get("max_size") or options.get("min_size", CONNECTIONS)
    return size


def check_middleware(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    return [
        Warning(
            f"{path} keeps a thread for as long as the view or handler behind it takes.",
            hint="Write it with process_request and process_response over MiddlewareMixin, and let "
            "a function that returns one say so in its annotation; or write it async-capable. "
            "If it is not yours, silence this, and mind DJANGO_ADAPTER_THREADS.",
            id="django_adapter.W002",
        )
        for path in settings.MIDDLEWARE
        if keeps_thread(path) and not path.startswith(KNOWN_WELL)
    ]


def keeps_thread(path: str) -> bool:
    """Tell whether this middleware is called as a whole, and can only be called in a thread."""
    try:
        factory = import_string(path)
    except ImportError:  # which the server says when it starts, as under Django
        return False
    return not (getattr(factory, "async_capable", False) or is_hook_style(made_by(factory)))


def made_by(factory: object) -> object:
    """Return the class of what a factory makes, if that is what it is or says it returns."""
    if isinstance(factory, partial):
        return made_by(factory.func)
    if not isfunction(factory):
        return factory
    try:
        returned = get_type_hints(factory).get("return")
    except (AttributeError, NameError, TypeError):  # of a name that only type checkers know
        return factory
    return returned if isinstance(returned, type) else factory
