"""Compose the application that a foreign suite tests with neighbours that must not be noticed."""

from __future__ import annotations

from asgi_compose import ASGIApp, Dispatcher, Receive, Route, Scope, Send, path_prefix


async def neighbour(scope: Scope, receive: Receive, send: Send) -> None:
    """Know no lifespan, as Django does, and be reached by no request of the suite."""
    raise RuntimeError(f"no {scope['type']} was meant for the neighbour")


def composed(app: ASGIApp) -> Dispatcher:
    """Put ``app`` where most of an application's requests arrive: behind all routes."""
    routes = [
        Route(path_prefix("/neighbour", "/next/door"), neighbour),
        Route(lambda scope: scope["type"] == "neighbourly", neighbour),
    ]
    return Dispatcher(routes, default=app)
