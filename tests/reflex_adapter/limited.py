"""Sockets with limits of their own, and somebody beside them who must not notice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from django.test import override_settings

from tests.reflex_adapter.client import EventClient, connected, run


def limits(**values: Any) -> Any:
    """Set these limits for the sockets that connect meanwhile."""
    return override_settings(
        **{f"REFLEX_DJANGO_SOCKET_{name.upper()}": value for name, value in values.items()}
    )


@asynccontextmanager
async def beside(site: str, **options: Any) -> AsyncIterator[EventClient]:
    """Give a client, and see to it that the events of another one go on meanwhile."""
    async with connected(site) as other:
        async with connected(site, **options) as tab:
            yield tab
            await run(other, "who")
        await run(other, "who")
