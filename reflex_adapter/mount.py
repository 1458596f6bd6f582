"""What a project says of its Reflex app, and where it is found again: in its URL patterns.

Nothing is registered anywhere: the mount travels on the pattern that ``reflex_mount`` returns,
so that every reader sees the mount of the ``ROOT_URLCONF`` in force.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver

from django_adapter import RESERVED_PREFIXES
from reflex_adapter.conf import TICKET_PATH, configuration
from reflex_adapter.setting_kinds import is_dotted, is_name


@dataclass(frozen=True)
class Mount:
    """The arguments of ``reflex_mount``, checked. Prefixes look like ``/a/b``, the root ``/``."""

    app_name: str
    app_module: str | None = None
    mount_prefix: str = "/"
    django_prefix: tuple[str, ...] = ()
    plugins: tuple[Any, ...] = ()
    rx_config: Mapping[str, Any] = field(default_factory=dict)


def checked_mount(
    app_name: str | None,
    app_module: str | None,
    mount_prefix: str,
    django_prefix: str | Iterable[str],
    plugins: Iterable[Any],
    rx_config: Mapping[str, Any],
) -> Mount:
    """Return the mount, or raise ``ImproperlyConfigured`` saying which argument is wrong."""
    if app_module is not None and not is_dotted(app_module):
        raise ImproperlyConfigured(
            f"reflex_mount(app_module={app_module!r}): name the module that has your app, such as "
            "'shop.shop'."
        )
    if app_name is None and app_module is not None:
        app_name = app_module.partition(".")[0]
    if not is_name(app_name):
        raise ImproperlyConfigured(
            f"reflex_mount(app_name={app_name!r}): name your Django app, such as 'shop'."
        )
    prefixes = (django_prefix,) if isinstance(django_prefix, str) else django_prefix
    return Mount(
        app_name=str(app_name),
        app_module=app_module,
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
    """Return the project's mount.

    Raises ``ImproperlyConfigured`` where there is none, there are two, one is ``include()``d or has
    plugins that are none.
    """
    return mount_of(get_resolver())


def check_installed(mount: Mount) -> None:
    """Raise ``ImproperlyConfigured`` if the mount names an app of Django's that there is not."""
    installed = {config.label for config in apps.get_app_configs()}
    if mount.app_module is None and mount.app_name not in installed:
        raise ImproperlyConfigured(
            f"reflex_mount(app_name={mount.app_name!r}): no such app; add it to INSTALLED_APPS."
        )


@functools.lru_cache(maxsize=8)
def mount_of(root: URLResolver) -> Mount:
    place = getattr(root.urlconf_name, "__name__", root.urlconf_name)
    mounts = mounts_among(root.url_patterns)
    if included := [each for each in resolvers_below(root) if mounts_among(each.url_patterns)]:
        raise ImproperlyConfigured(
            f"reflex_mount() stands in an include() below {str(included[0].pattern)!r}, where its "
            "paths are others than it says: put it at the end of urlpatterns in your root urls.py "
            f"({place}), and name the app's path by mount_prefix."
        )
    if not mounts:
        raise ImproperlyConfigured(
            "The project has no Reflex app: add reflex_mount(app_name=...) "
            f"of reflex_adapter.urls at the end of urlpatterns in your root urls.py ({place})."
        )
    if any(mount != mounts[0] for mount in mounts):
        raise ImproperlyConfigured(
            f"urls.py ({place}) calls reflex_mount() twice with different arguments; "
            "keep one of the calls."
        )
    refuse_no_plugins(mounts[0])
    return mounts[0]


def refuse_no_plugins(mount: Mount) -> None:
    """Raise ``ImproperlyConfigured`` where what is to be a plugin of Reflex is none.

    Each is known by a hook that all of them have: this is asked where no Reflex is loaded. And not
    by ``reflex_mount()``, so that ``manage.py check`` says it in its own way.
    """
    found = {"plugins": mount.plugins, "rx_config": mount.rx_config.get("plugins", ())}
    for argument, plugins in found.items():
        listed = isinstance(plugins, list | tuple)
        if not listed or not all(hasattr(plugin, "pre_compile") for plugin in plugins):
            raise ImproperlyConfigured(
                f"reflex_mount({argument}=...) has the plugins {plugins!r}: name a list of plugins "
                "of Reflex, such as [rx.plugins.TailwindV4Plugin()]."
            )


def mounts_among(patterns: Iterable[URLPattern | URLResolver]) -> list[Mount]:
    callbacks = (pattern.callback for pattern in patterns if isinstance(pattern, URLPattern))
    options = (getattr(callback, "view_initkwargs", {}) for callback in callbacks)
    return [option["mount"] for option in options if isinstance(option.get("mount"), Mount)]


def resolvers_below(root: URLResolver) -> list[URLResolver]:
    """Return all that is included, at any depth; patterns may include themselves."""
    found, seen = [root], {id(root.url_patterns)}
    for resolver in found:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver) and id(pattern.url_patterns) not in seen:
                seen.add(id(pattern.url_patterns))
                found.append(pattern)
    return found[1:]
