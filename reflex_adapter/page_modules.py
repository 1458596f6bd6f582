"""Where pages are found: in a module of each installed app, and in the packages that are named."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import walk_packages

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule

from reflex_adapter.conf import configuration


def import_pages() -> None:
    """Import every module that may hold pages, so that exactly the same states exist everywhere.

    Raises ``ImproperlyConfigured`` for an app or a package that the settings name and that there is
    not, and whatever a module raises that cannot be imported.
    """
    for config in page_apps():
        import_module_of(config)
    for package in page_packages():
        import_whole(package)


def page_apps() -> list[AppConfig]:
    """Return the apps whose pages are looked for, in the order of ``INSTALLED_APPS``."""
    installed = list(apps.get_app_configs())
    labels = configuration().page_apps
    if not configuration().auto_discover_pages:
        return []
    if labels is None:
        return installed
    if unknown := set(labels) - {config.label for config in installed}:
        raise ImproperlyConfigured(
            f"REFLEX_DJANGO_PAGE_APPS names {sorted(unknown)[0]!r}: no such app; "
            "add it to INSTALLED_APPS."
        )
    return [config for config in installed if config.label in labels]


def page_packages() -> list[str]:
    """Return the modules and packages that the settings name beside the apps.

    To find one imports the packages above it.
    """
    named = list(configuration().page_packages)
    for name in named:
        if not exists(name):
            raise ImproperlyConfigured(
                f"REFLEX_DJANGO_PAGE_PACKAGES names {name!r}: there is no such module."
            )
    return named


def import_module_of(config: AppConfig) -> None:
    """Import the app's module of pages, if it has one; what is wrong inside it is raised."""
    package, _, last = f"{config.name}.{configuration().page_module}".rpartition(".")
    if find_spec(package) is not None and module_has_submodule(import_module(package), last):
        import_module(f"{package}.{last}")


def import_whole(name: str) -> None:
    """Import a module and, if it is a package, all modules in it."""
    module = import_module(name)
    for found in walk_packages(getattr(module, "__path__", ()), f"{name}."):
        import_module(found.name)


def exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):  # what is above it
            return False
        raise
