"""``app``: the Reflex app that Django leads, as Reflex itself loads it at build and at serve time.

An app that the project makes itself, as a ``DjangoApp``, is led too: in the module that
``reflex_mount(app_module=...)`` names, or in one that ``views`` import. Needs
``django.setup()`` before it is imported. Importing it imports the ``views`` of every
installed app, so that exactly the same states and pages exist wherever the app is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import reflex as rx
from django.core.exceptions import ImproperlyConfigured

from reflex_adapter.conf import configuration
from reflex_adapter.layout import default_layout
from reflex_adapter.mount import check_installed, get_mount
from reflex_adapter.page_modules import import_pages, page_apps
from reflex_adapter.pages import Page, noted_pages
from reflex_adapter.reflex_app import DjangoApp, made_apps
from reflex_adapter.unreached_pages import warn_of_unreached


def component_of(page: Page) -> Callable[[], rx.Component]:
    """Return the page's function, wrapped in the default layout where the page wants it."""
    if not page.layout:
        return page.component

    def in_layout() -> rx.Component:
        return default_layout(page.component())

    in_layout.__name__ = page.component.__name__
    in_layout.__module__ = page.component.__module__
    in_layout.__dict__.update(page.component.__dict__)  # its guards
    return in_layout


def led_app() -> DjangoApp:
    mount = get_mount()
    check_installed(mount)
    if mount.app_module is not None:
        import_own_app(mount.app_module)
    import_pages()
    own = made_apps[0] if made_apps else None
    app = own or new_app()
    if own is None and not noted_pages:
        raise ImproperlyConfigured(no_page(mount.app_name))
    for page in noted_pages:
        app.add_page(component_of(page), page.route, **page.options)
    warn_of_unreached(noted_pages, mount.mount_prefix)
    return app


def import_own_app(name: str) -> None:
    """Import the module of the project's own app; ``ImproperlyConfigured`` if it has none."""
    said = f"reflex_mount(app_module={name!r})"
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name and is_within(name, error.name):
            raise ImproperlyConfigured(f"{said}: there is no module {error.name!r}.") from error
        raise
    if not hasattr(module, "app"):
        raise ImproperlyConfigured(f"{said}: it has no app; write app = DjangoApp(...) in it.")
    if not isinstance(module.app, DjangoApp):
        raise ImproperlyConfigured(
            f"{said}: its app must be a DjangoApp, whose events are requests of Django: "
            "write DjangoApp(...) of reflex_adapter.reflex_app for rx.App(...)."
        )


def is_within(name: str, package: str) -> bool:
    return f"{name}.".startswith(f"{package}.")


def no_page(app_name: str) -> str:
    """Say where a page of this app would be found, or which setting has it left out."""
    found, module = configuration(), configuration().page_module
    file = f"{app_name}/{module.replace('.', '/')}.py"
    if not found.auto_discover_pages:
        return (
            "There is no page: with REFLEX_DJANGO_AUTO_DISCOVER_PAGES = False they are looked for "
            f"only in REFLEX_DJANGO_PAGE_PACKAGES = {list(found.page_packages)!r}. Put one there "
            "with @template(route='/')."
        )
    if app_name not in {config.label for config in page_apps()}:
        return (
            "There is no page: they are looked for only in REFLEX_DJANGO_PAGE_APPS = "
            f"{list(found.page_apps or ())!r}. Add {app_name!r} there, and put one into {file} "
            "with @template(route='/')."
        )
    return (
        f"There is no page: put one into {file} with @template(route='/'). Pages are looked for in "
        f"modules of this name (REFLEX_DJANGO_PAGE_MODULE = {module!r})."
    )


def new_app() -> DjangoApp:
    try:
        return DjangoApp()
    except RuntimeError as error:
        raise ImproperlyConfigured(
            "The views of an app make an rx.App of their own: write DjangoApp(...) of "
            "reflex_adapter.reflex_app for rx.App(...)."
        ) from error


app = led_app()
