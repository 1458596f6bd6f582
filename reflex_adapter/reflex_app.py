"""The ``rx.App`` whose events are Django requests."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgi_compose import ASGIApp, Dispatcher, Route, Scope, path_prefix
from reflex_adapter._reflex import AppWithProcessor, check_version, serving_only
from reflex_adapter.bridge import DjangoEventBridge
from reflex_adapter.conf import TICKET_PATH
from reflex_adapter.cookie_tickets import CookieTickets
from reflex_adapter.handshake import HandshakeKeeper
from reflex_adapter.other_tabs import seen_by_tab
from reflex_adapter.upload_border import UploadBorder
from reflex_adapter.upload_events import UploadEventProcessor


class DjangoApp(AppWithProcessor):
    """Use it as ``rx.App``. Called, it returns the ASGI application to put behind Django."""

    def __post_init__(self) -> None:
        check_version()
        super().__post_init__()  # type: ignore[no-untyped-call]

    @functools.cached_property
    def bridge(self) -> DjangoEventBridge:
        return DjangoEventBridge()

    @functools.cached_property
    def tickets(self) -> CookieTickets:
        return CookieTickets()

    @asynccontextmanager
    async def modify_state(self, token: Any, *args: Any, **options: Any) -> AsyncIterator[Any]:
        """As ``rx.App.modify_state``; vars are computed for who looks at that tab."""
        tab = token.partition("_")[0] if isinstance(token, str) else token.ident
        async with seen_by_tab(self, tab), super().modify_state(token, *args, **options) as state:
            yield state

    def make_processor(self) -> UploadEventProcessor:
        return UploadEventProcessor(
            self, middleware=self, backend_exception_handler=self.backend_exception_handler
        )

    def __call__(self) -> ASGIApp:
        self.bridge  # noqa: B018 - middleware is made here, not in the event loop
        with serving_only():
            reflex = super().__call__()
        own = [
            Route(path_prefix(TICKET_PATH), self.tickets),
            Route(path_prefix("/_upload") & is_post, UploadBorder(reflex)),
        ]
        return Dispatcher(own, default=HandshakeKeeper(reflex))


def is_post(scope: Scope) -> bool:
    return bool(scope.get("method") == "POST")
