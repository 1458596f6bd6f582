"""Send each connection to one of several applications.

The dispatcher hands on what it was given: the same scope, ``receive`` and ``send``. It never
copies, wraps or changes them, and never catches what an application raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from asgi_compose.lifespan import LifespanGroup
from asgi_compose.refusal import refuse
from asgi_compose.strict_path import is_ambiguous
from asgi_compose.types import ASGIApp, Predicate, Receive, Scope, Send


@dataclass(frozen=True)
class Route:
    """An application and the connections that are its own."""

    predicate: Predicate
    app: ASGIApp
    # The predicate guards something: a path it could be tricked about is answered 400.
    strict: bool = True


class Dispatcher:
    """Give each connection to the first route that takes it, else to ``default``.

    Where there is no default either, HTTP gets 404 and a WebSocket is refused with 403 before it
    opens. Lifespan reaches every application once, in the order of the routes.
    """

    def __init__(self, routes: Iterable[Route], default: ASGIApp | None = None) -> None:
        self.routes = tuple(routes)
        self.default = default
        apps = [route.app for route in self.routes]
        self._lifespan = LifespanGroup(*apps, *([] if default is None else [default]))
        self._guards = tuple(route.predicate for route in self.routes if route.strict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["type"] not in ("http", "websocket"):
            raise ValueError(
                f"Dispatcher takes http, websocket and lifespan scopes, not {scope['type']!r}."
            )
        elif self._guards and is_ambiguous(scope, self._guards):
            text = "This path could be read in more than one way."
            await refuse(scope, receive, send, status=400, text=text)
        elif (app := self._app_for(scope)) is not None:
            await app(scope, receive, send)
        else:
            status = 404 if scope["type"] == "http" else 403
            await refuse(scope, receive, send, status=status, text="Nothing is served here.")

    def _app_for(self, scope: Scope) -> ASGIApp | None:
        for route in self.routes:
            if route.predicate(scope):
                return route.app
        return self.default
