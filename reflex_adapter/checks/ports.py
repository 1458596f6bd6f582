"""Ports that were given to Reflex: its own command would open two, and there is one here."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage, Warning

from reflex_adapter.mount import get_mount
from reflex_adapter.port import port_of_mount


def second_port() -> Iterator[CheckMessage]:
    """Warn of a port for the pages alone, at which nobody would find them."""
    said, port = get_mount().rx_config.get("frontend_port"), port_of_mount()
    if said is not None and said != port:
        yield Warning(
            f"reflex_mount(rx_config=...): frontend_port = {said!r} is not read, the pages are at "
            f"the one port there is, {port}.",
            hint="Leave the option out, and say backend_port to have another port than 8000.",
            id="reflex_adapter.W012",
        )
