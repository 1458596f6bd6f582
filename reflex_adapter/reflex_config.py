"""The one ``rx.Config``, made in memory out of ``reflex_mount(...)`` and the settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from typing import Any

import reflex as rx
from django.core.exceptions import ImproperlyConfigured
from reflex.plugins import Plugin

from reflex_adapter._reflex import explicit_values
from reflex_adapter.conf import configuration
from reflex_adapter.mount import Mount, get_mount
from reflex_adapter.own_origin import OwnOriginPlugin
from reflex_adapter.own_path import path_of_app
from reflex_adapter.own_path_plugin import OwnPathPlugin

APP_MODULE = "reflex_adapter.django_led_app"


def reflex_config(file_spec: ModuleSpec | None = None) -> rx.Config:
    """Return the project's configuration.

    ``file_spec`` is that of an ``rxconfig.py`` in the working directory; its values count where
    ``REFLEX_DJANGO_USE_RXCONFIG_FILE`` is set and the mount says nothing else. Raises
    ``ImproperlyConfigured`` where there is no mount or an option that Reflex does not have.
    """
    mount = get_mount()
    underneath = (
        file_values(file_spec, mount) if configuration().use_rxconfig_file and file_spec else {}
    )
    plugins = all_plugins(underneath.get("plugins", ()), mount)
    badge = {"show_built_with_reflex": configuration().show_built_with_reflex}
    ours = {"plugins": plugins, "cors_allowed_origins": []}  # see cross_origin.py
    config = rx.Config(**{**DEFAULTS, **badge, **underneath, **mount_values(mount), **ours})
    refuse_contradiction(config, mount)
    if config.transport != "websocket":
        raise ImproperlyConfigured(
            f"Reflex's transport must be 'websocket', not {config.transport!r}: "
            "the origin of polling requests is not checked."
        )
    return config


DEFAULTS: dict[str, Any] = {
    # Django has a sitemap framework, and knows the address of the site, which a build does not.
    "disable_plugins": [rx.plugins.SitemapPlugin],
    "telemetry_enabled": False,
}


def mount_values(mount: Mount) -> dict[str, Any]:
    own = own_values(mount)
    unknown = set(mount.rx_config) - {field.name for field in dataclasses.fields(rx.Config)}
    if unknown:
        raise ImproperlyConfigured(
            f"reflex_mount(rx_config=...): rx.Config has no option {', '.join(sorted(unknown))}."
        )
    if not own.keys().isdisjoint(mount.rx_config):
        raise ImproperlyConfigured(
            "reflex_mount(rx_config=...): say app_name, frontend_path and app_module_import as "
            "reflex_mount(app_name=..., mount_prefix=..., app_module=...)."
        )
    return {**mount.rx_config, **own}


def own_values(mount: Mount) -> dict[str, str]:
    """Return the options that the mount alone decides."""
    return {
        "app_name": mount.app_name,
        "app_module_import": APP_MODULE,
        "frontend_path": path_of_app(mount.mount_prefix),
    }


def refuse_contradiction(config: rx.Config, mount: Mount) -> None:
    """Raise ``ImproperlyConfigured`` where Reflex's environment variables say something else."""
    for name, value in own_values(mount).items():
        found = getattr(config, name).strip("/")
        if found != value:
            raise ImproperlyConfigured(
                f"The environment says REFLEX_{name.upper()}={found!r}: unset it, reflex_mount() "
                f"makes it {value!r}."
            )


def all_plugins(of_file: Iterable[Plugin], mount: Mount) -> list[Plugin]:
    """Return the project's plugins and ours; the default layout needs Radix' theme."""
    of_mount = [*mount.plugins, *mount.rx_config.get("plugins", ())]
    plugins = [OwnOriginPlugin(), OwnPathPlugin(), *of_file, *of_mount]
    if not any(isinstance(plugin, rx.plugins.RadixThemesPlugin) for plugin in plugins):
        plugins.append(rx.plugins.RadixThemesPlugin())
    return plugins


def file_values(spec: ModuleSpec, mount: Mount) -> dict[str, Any]:
    """Return what the project's ``rxconfig.py`` says; the app is in the module of the mount."""
    module = module_from_spec(spec)
    assert spec.loader is not None  # a finder of files gives one
    spec.loader.exec_module(module)
    values = explicit_values(module.config)
    named = values.get("app_module_import", mount.app_module)
    if named != mount.app_module:
        raise ImproperlyConfigured(
            f"rxconfig.py says app_module_import={named!r}: say reflex_mount(app_module={named!r})."
        )
    return values
