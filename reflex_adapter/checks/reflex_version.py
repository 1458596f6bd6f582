"""Whether the installed Reflex is one this was written for, told without loading it."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error

from reflex_adapter.supported import REMEDY, SUPPORTED, installed_version, is_supported


def unsupported_reflex() -> Iterator[CheckMessage]:
    """Report a Reflex with which no page would be loaded, or that there is none."""
    installed = installed_version()
    if installed is None or not is_supported(installed):
        yield Error(
            f"Reflex {SUPPORTED} is supported, {installed or 'none'} is installed.",
            hint=f"Run: {REMEDY}",
            id="reflex_adapter.E004",
        )
