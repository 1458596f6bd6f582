"""Put pure-ASGI middleware around an application.

Any factory will do that takes an application first and returns one: the middleware classes of
Starlette, hypercorn and uvicorn, functions such as asgiref's, ``OriginGuard``. What they make is
called as it is: nothing here looks at a scope or a message.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgi_compose.marking import as_application, name_of
from asgi_compose.types import ASGIApp, Receive, Scope, Send


class Middleware:
    """A factory and the options it is to be called with, whenever an application is given."""

    def __init__(self, factory: Callable[..., ASGIApp], /, *args: Any, **options: Any) -> None:
        self.factory, self.args, self.options = factory, args, options

    def __call__(self, app: ASGIApp) -> ASGIApp:
        return self.factory(app, *self.args, **self.options)

    def __repr__(self) -> str:
        options = [f"{name}={name_of(value)}" for name, value in self.options.items()]
        return f"{name_of(self.factory)}({', '.join([*map(name_of, self.args), *options])})"


def stack(app: ASGIApp, *middleware: Any) -> ASGIApp:
    """Return ``app`` behind ``middleware``, the outermost first.

    Each is a factory, a pair of a factory and its options, ``Middleware(factory, **options)``, or
    Starlette's object of that name.
    """
    layers = [_as_middleware(entry) for entry in middleware]
    outermost = app
    for layer in reversed(layers):
        outermost = layer(outermost)

    def call_stack(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return outermost(scope, receive, send)

    return as_application(call_stack, f"stack({', '.join([name_of(app), *map(repr, layers)])})")


def _as_middleware(entry: Any) -> Middleware:
    if isinstance(entry, Middleware):
        return entry
    if callable(entry):
        return Middleware(entry)
    factory, *args, options = entry  # Starlette's has positional arguments in between
    return Middleware(factory, *(args[0] if args else ()), **options)
