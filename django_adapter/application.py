"""Django outside: one ASGI application that keeps a few prefixes for another one."""

from __future__ import annotations

from collections.abc import Iterable

from asgi_compose import ASGIApp, Dispatcher, OriginGuard, Route, Scope, path_prefix
from django_adapter.conf import refuse_wrong_settings
from django_adapter.http import get_asgi_application
from django_adapter.origin import HostGuard, origin_allowed

# What Reflex 0.10 serves itself (reflex_base.constants.Endpoint).
RESERVED_PREFIXES = (
    "/_event",
    "/_upload",
    "/_health",
    "/ping",
    "/_all_routes",
    "/auth-codespace",
)


def DjangoOuterDispatcher(
    inner: ASGIApp,
    reserved: Iterable[str] = RESERVED_PREFIXES,
    django: ASGIApp | None = None,
    routes: Iterable[Route] = (),
) -> ASGIApp:
    """Every path is Django's but for the reserved ones, which are ``inner``'s, and ``routes``.

    ``inner`` sees only connections that Django itself would take: the host is allowed, and the
    ``Origin`` of a WebSocket handshake or of an unsafe method is the site's own or trusted.
    The applications of ``routes`` see theirs unchecked, and none of the reserved paths. Django sees
    only HTTP; a WebSocket that nobody takes is refused with 403. Lifespan reaches all. Raises
    ``ImproperlyConfigured`` for a ``DJANGO_ADAPTER_`` setting that is wrong or unknown.
    """
    refuse_wrong_settings()
    return Dispatcher(
        [
            Route(path_prefix(*reserved), guarded(inner)),
            *routes,
            Route(is_http, django or get_asgi_application(), strict=False),
        ]
    )


def guarded(inner: ASGIApp) -> ASGIApp:
    return HostGuard(OriginGuard(inner, allowed=origin_allowed, unsafe_methods=True))


def is_http(scope: Scope) -> bool:
    return bool(scope["type"] == "http")
