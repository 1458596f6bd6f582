"""Put pure-ASGI middleware around an application.

Any factory will do that takes an application first and returns one: the middleware classes of
Starlette, hypercorn and uvicorn, functions such as asgiref's, ``OriginGuard``. What they make is
called as it is: nothing here looks at a scope or a message.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from asgi_compose.asgi import ASGIApp, Receive, Scope, Send
from asgi_compose.marking import as_application, as_written, name_of


class Middleware:
    """A factory and the options it is to be called with; Starlette's lists take it as well."""

    def __init__(self, factory: Callable[..., ASGIApp], /, *args: Any, **options: Any) -> None:
        self.factory, self.args, self.options = factory, args, options

    def __iter__(self) -> Iterator[Any]:
        return iter((self.factory, self.args, self.options))

    def __repr__(self) -> str:
        return as_written(name_of(self.factory), *self.args, **self.options)


def stack(app: ASGIApp, *middleware: Any) -> ASGIApp:
    """Return ``app`` behind ``middleware``, the outermost first.

    Each is a factory, a pair of a factory and its options, ``Middleware(factory, **options)``, or
    Starlette's object of that name.
    """
    layers = [_as_middleware(entry) for entry in middleware]
    outermost = app
    for layer in reversed(layers):
        outermost = layer.factory(outermost, *layer.args, **layer.options)

    def call_stack(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return outermost(scope, receive, send)

    return as_application(call_stack, "stack", app, *layers)


def _as_middleware(entry: Any) -> Middleware:
    # A pair has nothing between the factory and its options, a Middleware positional arguments.
    factory, *between, options = (entry, {}) if callable(entry) else entry
    return Middleware(factory, *(between[0] if between else ()), **options)
