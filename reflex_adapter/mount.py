"""What a project says of its Reflex app, and where it is found again: in its URL patterns.

Nothing is registered anywhere: the mount travels on the pattern that ``reflex_mount`` returns,
so that every reader sees the mount of the ``ROOT_URLCONF`` in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, get_resolver

from django_adapter import RESERVED_PREFIXES
from reflex_adapter.conf import TICKET_PATH, configuration


@dataclass(frozen=True)
class Mount:
    """The arguments of ``reflex_mount``, checked. Prefixes look like ``/a/b``, the root ``/``."""

    app_name: str
    mount_prefix: str = "/"
    django_prefix: tuple[str, ...] = ()
    plugins: tuple[Any, ...] = ()
    rx_config: Mapping[str, Any] = field(default_factory=dict)


def checked_mount(
    app_name: str,
    mount_prefix: str,
    django_prefix: str | Iterable[str],
    plugins: Iterable[Any],
    rx_config: Mapping[str, Any],
) -> Mount:
    """Return the mount, or raise ``ImproperlyConfigured`` saying which argument is wrong."""
    if not app_name.isidentifier():
        raise ImproperlyConfigured(
            f"reflex_mount(app_name={app_name!r}): name your Django app, such as 'shop'."
        )
    prefixes = (django_prefix,) if isinstance(django_prefix, str) else django_prefix
    return Mount(
        app_name=app_name,
        mount_prefix=app_prefix(mount_prefix),
        django_prefix=tuple(django_only(prefix, mount_prefix) for prefix in prefixes),
        plugins=tuple(plugins),
        rx_config=dict(rx_config),
    )


def normal_prefix(prefix: str) -> str:
    return "/" + prefix.strip("/")


def app_prefix(prefix: str) -> str:
    """Return ``prefix``, normal, if the app can live there."""
    normal = normal_prefix(prefix)
    if is_reserved(normal):
        raise ImproperlyConfigured(
            f"reflex_mount(mount_prefix={prefix!r}): this path is the Reflex server's; "
            "choose another one for the pages, such as '/app'."
        )
    return normal


def django_only(prefix: str, mount_prefix: str) -> str:
    """Return ``prefix``, normal, if Django may have it for itself."""
    normal = normal_prefix(prefix)
    if is_reserved(normal) or covers(normal, normal_prefix(mount_prefix)):
        raise ImproperlyConfigured(
            f"reflex_mount(django_prefix={prefix!r}): this path is Reflex's; "
            "name the prefixes of your own Django URLs, such as '/admin'."
        )
    return normal


def is_reserved(path: str) -> bool:
    try:
        reserved = reserved_prefixes()
    except ImproperlyConfigured:  # the server and the checks say so; urls.py can be imported
        reserved = (*RESERVED_PREFIXES, TICKET_PATH)
    return any(covers(prefix, path) for prefix in reserved)


def reserved_prefixes() -> tuple[str, ...]:
    """Return the paths that the server behind the pages answers itself, and all below them."""
    return (*RESERVED_PREFIXES, TICKET_PATH, *configuration().reserved_reflex_prefixes)


def covers(prefix: str, path: str) -> bool:
    return f"{path}/".startswith(f"{prefix.rstrip('/')}/")


def get_mount() -> Mount:
    """Return the project's mount; ``ImproperlyConfigured`` where there is none or there are two."""
    patterns = (p for p in get_resolver().url_patterns if isinstance(p, URLPattern))
    options = (getattr(pattern.callback, "view_initkwargs", {}) for pattern in patterns)
    mounts: list[Mount] = [option["mount"] for option in options if "mount" in option]
    if not mounts:
        raise ImproperlyConfigured(
            "The project has no Reflex app: add reflex_mount(app_name=...) "
            "of reflex_adapter.urls at the end of urlpatterns in your root urls.py."
        )
    if any(mount != mounts[0] for mount in mounts):
        raise ImproperlyConfigured(
            "urls.py calls reflex_mount() twice with different arguments; keep one of the calls."
        )
    return mounts[0]
