"""What keeps a project from being served: wrong settings, no mount, or none of an app."""

from __future__ import annotations

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from reflex_adapter.conf import configuration
from reflex_adapter.event_chain import event_middleware, imported
from reflex_adapter.login_page import check_login_url
from reflex_adapter.mount import check_installed, get_mount
from reflex_adapter.page_errors import described
from reflex_adapter.page_modules import page_apps, page_packages
from reflex_adapter.port import port_of_mount


def configuration_error() -> Exception | None:
    """Return what the server would raise on its start, before it loads any page."""
    try:
        configuration()
        for path in event_middleware():
            imported(path)
        page_apps()
        page_packages()
        check_installed(get_mount())
        port_of_mount()
        check_login_url()
    except Exception as error:  # noqa: BLE001 - whatever urls.py raises; it is reported
        return error
    return None


def reported(error: Exception) -> CheckMessage:
    if isinstance(error, ImproperlyConfigured):
        hint = "Correct it in your settings or urls.py: without, the server does not start."
        return Error(str(error), hint=hint, id="reflex_adapter.E001")
    return Error(
        f"The project cannot be loaded: {described(error)}",
        hint="Correct this line, or what it imports; the URLs and middleware need it.",
        id="reflex_adapter.E003",
    )
