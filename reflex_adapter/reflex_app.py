"""The ``rx.App`` whose events are Django requests."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from reflex.event import EventSpec

from asgi_compose import ASGIApp, Dispatcher, Route, Scope, path_prefix
from django_adapter.application import guarded
from reflex_adapter._reflex import (
    AppWithProcessor,
    EventContext,
    compiling,
    connection_scope,
    forget_token,
    is_linked,
    queue_exceeds,
    redis_url,
    registered_handler,
    release_token,
    route_of_page,
    serving_only,
    states_folder,
    take_messages_of,
)
from reflex_adapter.bridge import DjangoEventBridge
from reflex_adapter.conf import TICKET_PATH, configuration
from reflex_adapter.connection import Connection
from reflex_adapter.cookie_tickets import CookieTickets
from reflex_adapter.cross_origin import CrossOrigin
from reflex_adapter.development import developed_pages
from reflex_adapter.endings import listen
from reflex_adapter.errors import show_error
from reflex_adapter.exposed import ExposedHandlers
from reflex_adapter.guards import guards_on
from reflex_adapter.handshake import CONNECTION, HandshakeKeeper
from reflex_adapter.login_guard import LoginGuard, login_guard
from reflex_adapter.login_page import check_login_url
from reflex_adapter.mount import get_mount
from reflex_adapter.new_sessions import RENEWED, connect_again
from reflex_adapter.other_processes import others
from reflex_adapter.other_tabs import shown_to_tab
from reflex_adapter.page_guards import note_page
from reflex_adapter.private_states import keep_private
from reflex_adapter.reflex_logs import bound_logs
from reflex_adapter.revocation import DISCONNECT, DOUBT, sockets
from reflex_adapter.supported import check_version
from reflex_adapter.tab import TAKEN_OVER
from reflex_adapter.tabs import Tabs
from reflex_adapter.tabs_elsewhere import TabsElsewhere
from reflex_adapter.updates import holding
from reflex_adapter.upload_border import UploadBorder
from reflex_adapter.upload_events import UploadEventProcessor
from reflex_adapter.violations import ViolationLog

made_apps: list[DjangoApp] = []  # one at most: Reflex allows no second app in a process


@dataclass(eq=False)
class DjangoApp(AppWithProcessor):
    """Write it for ``rx.App``. Called, it returns the ASGI application to put behind Django."""

    backend_exception_handler: Callable[[Exception], EventSpec | list[EventSpec] | None] = (
        show_error
    )

    def __post_init__(self) -> None:
        check_version()
        bound_logs()
        take_messages_of(configuration().socket.max_message)
        super().__post_init__()  # type: ignore[no-untyped-call]
        listen()
        others.connect(redis_url())
        if others.exist:
            self.register_lifespan_task(self.hear_others)
        made_apps.append(self)

    @functools.cached_property
    def bridge(self) -> DjangoEventBridge:
        return DjangoEventBridge()

    @functools.cached_property
    def login_guard(self) -> LoginGuard | None:
        return login_guard()

    @functools.cached_property
    def exposed(self) -> ExposedHandlers:
        return ExposedHandlers(functools.partial(registered_handler, self))

    @functools.cached_property
    def prefix(self) -> str:
        """What the paths of the app's pages begin with, without a slash at its end."""
        return get_mount().mount_prefix.rstrip("/")

    @functools.cached_property
    def tickets(self) -> CookieTickets:
        return CookieTickets(others)

    @functools.cached_property
    def tabs(self) -> Tabs:
        return Tabs(
            is_alive_elsewhere=lambda token: self.tabs_elsewhere.is_alive(token),
            is_linked=lambda token: self.tabs_elsewhere.let_go(token),
        )

    @functools.cached_property
    def tabs_elsewhere(self) -> TabsElsewhere:
        release = functools.partial(release_token, self)
        return TabsElsewhere(
            others,
            is_here=self.tabs.has,
            is_linked=functools.partial(is_linked, self),
            forget=functools.partial(forget_token, self),
            give_up=functools.partial(self.tabs.give_up, release=release),
        )

    async def hear_others(self) -> None:
        """Do what other processes tell this one to, as long as it serves."""
        of_sockets = {
            DOUBT: sockets.doubt,
            DISCONNECT: sockets.close_all_of,
            RENEWED: connect_again,
        }
        told = {**of_sockets, **self.tickets.told, **self.tabs_elsewhere.told}
        await others.listen(told, missed=sockets.doubt_all)

    @functools.cached_property
    def violations(self) -> ViolationLog:
        return ViolationLog()

    def add_page(
        self, component: Any = None, route: str | None = None, *args: Any, **options: Any
    ) -> None:
        """As ``rx.App.add_page``; guards on ``component`` count."""
        super().add_page(component, route, *args, **options)
        note_page(str(route_of_page(component, route)), guards_on(component))

    @asynccontextmanager
    async def modify_state(self, token: Any, *args: Any, **options: Any) -> AsyncIterator[Any]:
        """As ``rx.App.modify_state``; vars are computed for who looks at that tab.

        Of states that are guarded from them, nothing is sent.
        """
        tab = token.partition("_")[0] if isinstance(token, str) else token.ident
        async with shown_to_tab(self, tab), super().modify_state(token, *args, **options) as state:
            yield state

    def judge(self, event: dict[str, Any]) -> None:
        """Raise ``Malformed`` unless a client may send this event."""
        self.exposed.judge(event)

    def make_processor(self) -> UploadEventProcessor:
        return UploadEventProcessor(
            self, middleware=self, backend_exception_handler=self.backend_exception_handler
        )

    def token_lost(self, sid: str) -> None:
        """Have the page come back: another socket has its tab, though both seemed to have it."""
        connection = (connection_scope(self, sid) or {}).get(CONNECTION)
        if isinstance(connection, Connection):
            connection.cut(TAKEN_OVER)

    def make_context(self, root: EventContext) -> EventContext:
        return holding(root)

    def __call__(self) -> ASGIApp:
        # Here, and not in the event loop: middleware is made, settings are read.
        self.bridge, self.login_guard, self.exposed, self.prefix  # noqa: B018
        check_login_url()
        with serving_only() if developed_pages() is None else compiling():
            reflex = super().__call__()
        keep_private(states_folder())
        keeper = HandshakeKeeper(
            reflex,
            release=functools.partial(release_token, self),
            queue_exceeds=functools.partial(queue_exceeds, self),
            judge=self.judge,
            violations=self.violations,
            tabs=self.tabs,
        )
        uploads = UploadBorder(reflex, keeper.admits_token, self.violations)
        own = [
            Route(path_prefix(TICKET_PATH), self.tickets),
            Route(path_prefix("/_upload") & is_post, uploads),
        ]
        # Here too, where an app is served without Django around it: events trust their handshake.
        return guarded(CrossOrigin(Dispatcher(own, default=keeper)))


def is_post(scope: Scope) -> bool:
    return bool(scope.get("method") == "POST")
