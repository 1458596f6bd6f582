"""The ``REFLEX_DJANGO_*`` settings: read here and nowhere else, into one checked object."""

from __future__ import annotations

import difflib
import functools
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

from reflex_adapter.limits import SocketLimits, UploadLimits
from reflex_adapter.setting_kinds import (
    Kind,
    cookie_name,
    dotted_names,
    flag,
    module_name,
    optional_labels,
    optional_text,
    prefixes,
    seconds,
    setting,
    within,
)

PREFIX = "REFLEX_DJANGO_"
BUILD_FOLDER = "_reflex"  # below STATIC_ROOT
MOST_SECONDS = 300  # that an authentication may be out of date
COOKIES = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME")  # of Django
TICKET_PATH = "/_event_cookies"  # where the page fetches the cookies that an event has set

Section = TypeVar("Section")


@dataclass(frozen=True)
class Configuration:
    """The settings of a project, each named as its field, in capitals after ``REFLEX_DJANGO_``."""

    upload: UploadLimits
    socket: SocketLimits

    # What Reflex is told.
    use_rxconfig_file: bool = setting(flag, False)  # merge the project's rxconfig.py underneath
    show_built_with_reflex: bool = setting(flag, False)  # Reflex's badge on the pages
    reserved_reflex_prefixes: tuple[str, ...] = setting(prefixes, ())  # more paths for Reflex

    # Where pages are found.
    auto_discover_pages: bool = setting(flag, True)  # in the installed apps
    page_apps: tuple[str, ...] | None = setting(optional_labels, None)  # only in those
    page_module: str = setting(module_name, "views")  # of each app
    page_packages: tuple[str, ...] = setting(dotted_names, ())  # and in the modules of these

    # What runs around an event, and what becomes of it.
    run_middleware_chain: bool = setting(flag, True)
    event_middleware_skip: tuple[str, ...] = setting(dotted_names, ())
    auto_redirect_from_middleware: bool = setting(flag, True)
    # Where guards (`reflex_adapter.auth`) send strangers; None: LOGIN_URL.
    login_url: str | None = setting(optional_text("a URL, the name of one"), None)
    event_post_from_payload: bool = setting(flag, False)
    only_decorated_handlers: bool = setting(flag, False)  # clients call what says @rx.event alone
    # Seconds that the session and user of a connection may be remembered, instead of asked of their
    # stores on every event.
    auth_cache: float = setting(seconds(0, MOST_SECONDS), 0.0)

    # What `AppState` shows to components.
    mirror_messages: bool = setting(flag, True)  # off: they wait for the next page of Django's
    mirror_csrf: bool = setting(flag, True)
    mirror_language: bool = setting(flag, True)  # also language_bidi

    serve_source_maps: bool = setting(flag, False)  # of the build, to everybody
    render_spa_via_template_engine: bool = setting(flag, False)  # by reflex/page.html
    # Seconds within which an idle socket is closed, once the login it was opened under has ended.
    revalidate_seconds: int = within(60, 1, 3_600)

    visitor_cookie: str = setting(cookie_name, "reflex_visitor")


SECTIONS: dict[str, type[Any]] = {"upload": UploadLimits, "socket": SocketLimits}


@functools.cache
def configuration() -> Configuration:
    """Return the settings in force, read once; ``override_settings`` has them read again.

    Raises ``ImproperlyConfigured`` for an unknown name, a wrong value, or two that exclude each
    other, saying which setting it is and what it may be.
    """
    names = setting_names()
    for name in dir(settings):
        if name.startswith(PREFIX) and name not in names:
            raise ImproperlyConfigured(unknown(name, names))
    sections = {field: read(kind, f"{PREFIX}{field.upper()}_") for field, kind in SECTIONS.items()}
    found = read(Configuration, PREFIX, **sections)
    refuse_combinations(found)
    return found


@receiver(setting_changed)
def read_again(*, setting: str, **kwargs: Any) -> None:
    if setting.startswith(PREFIX):
        configuration.cache_clear()


def read(section: type[Section], prefix: str, **ready: Any) -> Section:
    """Return a section of the settings, each of them checked."""
    values = dict(ready)
    for field in fields(section):  # type: ignore[arg-type]
        kind: Kind | None = field.metadata.get("kind")
        if kind is not None:
            name = prefix + field.name.upper()
            values[field.name] = kind(name, getattr(settings, name, field.default))
    return section(**values)


def setting_names() -> list[str]:
    """Return the names of all settings."""
    sections = [("", Configuration), *((f"{name}_", kind) for name, kind in SECTIONS.items())]
    return [
        PREFIX + (section + field.name).upper()
        for section, kind in sections
        for field in fields(kind)
        if "kind" in field.metadata
    ]


def unknown(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    remedy = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(sorted(names))}."
    return f"There is no setting {name}. {remedy}"


def refuse_combinations(found: Configuration) -> None:
    """Raise ``ImproperlyConfigured`` for two settings that cannot both be meant."""
    refuse_cookie(found.visitor_cookie)
    if found.event_middleware_skip and not found.run_middleware_chain:
        raise ImproperlyConfigured(
            "REFLEX_DJANGO_EVENT_MIDDLEWARE_SKIP names what is left out of the chain that "
            "REFLEX_DJANGO_RUN_MIDDLEWARE_CHAIN = False turns off; keep one of them."
        )
    if found.auto_discover_pages:
        return
    if found.page_apps is not None:
        raise ImproperlyConfigured(
            "REFLEX_DJANGO_PAGE_APPS names the apps that REFLEX_DJANGO_AUTO_DISCOVER_PAGES = False "
            "keeps from being looked through; keep one of them."
        )
    if not found.page_packages:
        raise ImproperlyConfigured(
            "REFLEX_DJANGO_AUTO_DISCOVER_PAGES = False leaves no place for pages: name their "
            "packages in REFLEX_DJANGO_PAGE_PACKAGES."
        )


def refuse_cookie(name: str) -> None:
    """Raise ``ImproperlyConfigured`` for a cookie that Django has, or that browsers would drop."""
    said = f"REFLEX_DJANGO_VISITOR_COOKIE = {name!r}"
    for its in COOKIES:
        if name == getattr(settings, its):
            raise ImproperlyConfigured(f"{said} is {its}, too; choose another name.")
    wanted = demanded_by(name)
    if any(getattr(settings, setting) != value for setting, value in wanted.items()):
        all_of_it = ", ".join(f"{setting} = {value!r}" for setting, value in wanted.items())
        raise ImproperlyConfigured(
            f"{said}: browsers take a cookie of this prefix only with {all_of_it}; "
            "set that, or choose another name."
        )


def demanded_by(cookie: str) -> dict[str, Any]:
    """Return the settings without which browsers drop a cookie of this name.

    They compare its prefix in any case.
    """
    if cookie.lower().startswith("__host-"):
        return {
            "SESSION_COOKIE_SECURE": True,
            "SESSION_COOKIE_PATH": "/",
            "SESSION_COOKIE_DOMAIN": None,
        }
    return {"SESSION_COOKIE_SECURE": True} if cookie.lower().startswith("__secure-") else {}


def build_root() -> Path:
    """Return the folder of the compiled app, ``STATIC_ROOT/_reflex``."""
    if not settings.STATIC_ROOT:
        raise ImproperlyConfigured(
            "Reflex's compiled app is kept below STATIC_ROOT: set STATIC_ROOT in your settings, "
            "for example to BASE_DIR / 'staticfiles'."
        )
    return Path(settings.STATIC_ROOT) / BUILD_FOLDER
