"""What is allowed, and leaves the site less safe: high limits, and origins that anybody may use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from reflex_adapter.conf import PREFIX, SECTIONS, configuration
from reflex_adapter.mount import get_mount


def generous_limits() -> Iterator[CheckMessage]:
    """Warn of limits that hardly limit anything."""
    for name, value, advised in limits():
        if advised is not None and value > advised:
            yield Warning(
                f"{name} = {value} lets one client take much of the process.",
                hint=f"Set it to {advised} at most, or silence this where all clients are trusted.",
                id="reflex_adapter.W003",
            )


def limits() -> Iterator[tuple[str, int, int | None]]:
    """Yield the name and the value of each limit, and what is advised at most."""
    for section, kind in SECTIONS.items():
        for limit in fields(kind):
            value = getattr(getattr(configuration(), section), limit.name)
            yield f"{PREFIX}{section}_{limit.name}".upper(), value, limit.metadata["advised"]


def reflexs_origins() -> Iterator[CheckMessage]:
    """Report origins that were given to Reflex, where nobody reads them."""
    said = get_mount().rx_config.get("cors_allowed_origins", ())
    hint = "Leave the option out, and list origins of other sites in CSRF_TRUSTED_ORIGINS."
    if "*" in said and not settings.DEBUG:
        about = 'cors_allowed_origins = "*" would let every site act for your visitors.'
        yield Error(f"reflex_mount(rx_config=...): {about}", hint=hint, id="reflex_adapter.E002")
    elif said:
        about = "cors_allowed_origins is not read."
        yield Warning(f"reflex_mount(rx_config=...): {about}", hint=hint, id="reflex_adapter.W004")


def doubtful_origins() -> Iterator[CheckMessage]:
    """Warn, on deployment, of origins that more than the site's owner can speak for."""
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if origin.startswith("http://") or "*" in origin:
            yield Warning(
                f"CSRF_TRUSTED_ORIGINS has {origin!r}, whose pages may open sockets for your "
                "visitors.",
                hint="Name https origins one by one: plain http can be forged on the way, and a "
                "wildcard trusts every subdomain there will ever be.",
                id="reflex_adapter.W005",
            )
