"""The ``rx.App`` whose events are Django requests."""

from __future__ import annotations

import functools

from asgi_compose import ASGIApp, Dispatcher, Receive, Route, Scope, Send, path_prefix, refuse
from reflex_adapter._reflex import AppWithProcessor, check_version, serving_only
from reflex_adapter.bridge import DjangoEventBridge
from reflex_adapter.conf import TICKET_PATH
from reflex_adapter.cookie_tickets import CookieTickets
from reflex_adapter.handshake import HandshakeKeeper
from reflex_adapter.processor import DjangoEventProcessor


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

    def make_processor(self) -> DjangoEventProcessor:
        return DjangoEventProcessor(
            self, middleware=self, backend_exception_handler=self.backend_exception_handler
        )

    def __call__(self) -> ASGIApp:
        self.bridge  # noqa: B018 - middleware is made here, not in the event loop
        with serving_only():
            reflex = HandshakeKeeper(super().__call__())
        own = [
            Route(path_prefix(TICKET_PATH), self.tickets),
            Route(path_prefix("/_upload") & is_post, refuse_upload),
        ]
        return Dispatcher(own, default=reflex)


def is_post(scope: Scope) -> bool:
    return bool(scope.get("method") == "POST")


async def refuse_upload(scope: Scope, receive: Receive, send: Send) -> None:
    text = "rx.upload is not supported yet: its handler would have no Django request."
    await refuse(scope, receive, send, status=501, text=text)
