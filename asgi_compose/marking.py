"""Let a plain function pass for the ASGI application it is.

Nothing here is called while a connection is served.
"""

import asyncio
import inspect
import sys

from asgi_compose.asgi import ASGIApp, Receive, Scope, Send

# Arguments that are shown of a call: a line of a log should stay one.
MANY = 9


def as_application(call: ASGIApp, name: str, /, *arguments: object, **options: object) -> ASGIApp:
    """Return ``call`` itself, known for an ASGI 3 application everywhere and readable in logs.

    A ``def`` that returns the inner application's coroutine costs no frame of its own, neither
    when it is called nor each time the inner application waits. But servers tell ASGI from WSGI
    and from ASGI 2 by asking for a coroutine function.
    """
    call.__qualname__ = as_written(name, *arguments, **options)
    if sys.version_info >= (3, 12):
        return inspect.markcoroutinefunction(call)

    async def __call__(scope: Scope, receive: Receive, send: Send) -> None:
        await call(scope, receive, send)

    # hypercorn asks inspect, which looks at __call__; uvicorn, asgiref and Starlette ask asyncio,
    # which has a mark of its own before Python 3.12. Neither changes what a call does.
    vars(call).update(__call__=__call__, _is_coroutine=vars(asyncio.coroutines)["_is_coroutine"])
    return call


def as_written(name: str, /, *arguments: object, **options: object) -> str:
    """Return the call that the user wrote, without the middle where there is much of it."""
    shown = [*map(name_of, arguments), *(f"{key}={name_of(it)}" for key, it in options.items())]
    if len(shown) > MANY:
        shown[MANY - 1 : -1] = ["..."]
    return f"{name}({', '.join(shown)})"


def name_of(thing: object) -> str:
    """Return what the user would call it in the code."""
    return getattr(thing, "__qualname__", None) or repr(thing)
