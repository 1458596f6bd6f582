"""What ``manage.py check`` says of settings that are allowed, and leave the site less safe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured

from reflex_adapter.conf import PREFIX, SECTIONS, configuration
from reflex_adapter.mount import get_mount


def check_limits(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Warn of limits that hardly limit anything."""
    return [
        Warning(
            f"{name} = {value} lets one client take much of the process.",
            hint=f"Set it to {advised} at most, or silence this where all clients are trusted.",
            id="reflex_adapter.W003",
        )
        for name, value, advised in generous_limits()
    ]


def generous_limits() -> Iterator[tuple[str, int, int]]:
    """Yield the name, the value and what is advised of each limit that is set above it."""
    try:
        found = configuration()
    except ImproperlyConfigured:  # which another check reports
        return
    for section, kind in SECTIONS.items():
        for limit in fields(kind):
            value, advised = getattr(getattr(found, section), limit.name), limit.metadata["advised"]
            if advised is not None and value > advised:
                yield f"{PREFIX}{section}_{limit.name}".upper(), value, advised


def check_reflexs_origins(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Report origins that were given to Reflex, where nobody reads them."""
    try:
        said = get_mount().rx_config.get("cors_allowed_origins", ())
    except ImproperlyConfigured:
        return []
    hint = "Leave the option out, and list origins of other sites in CSRF_TRUSTED_ORIGINS."
    if "*" in said and not settings.DEBUG:
        about = 'cors_allowed_origins = "*" would let every site act for your visitors.'
        return [Error(f"reflex_mount(rx_config=...): {about}", hint=hint, id="reflex_adapter.E002")]
    if said:
        about = "cors_allowed_origins is not read."
        return [
            Warning(f"reflex_mount(rx_config=...): {about}", hint=hint, id="reflex_adapter.W004")
        ]
    return []


def check_trusted_origins(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Warn, on deployment, of origins that more than the site's owner can speak for."""
    doubtful = [
        origin
        for origin in settings.CSRF_TRUSTED_ORIGINS
        if origin.startswith("http://") or "*" in origin
    ]
    return [
        Warning(
            f"CSRF_TRUSTED_ORIGINS has {origin!r}, whose pages may open sockets for your visitors.",
            hint="Name https origins one by one: plain http can be forged on the way, and a "
            "wildcard trusts every subdomain there will ever be.",
            id="reflex_adapter.W005",
        )
        for origin in doubtful
    ]
