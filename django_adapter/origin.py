"""Who may open a connection: Django's rules for hosts and origins, put to an ASGI scope."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils.http import is_same_domain

from asgi_compose import ASGIApp, Receive, Scope, Send, refuse
from django_adapter.request import synthetic_request


def origin_allowed(scope: Scope, origin: str | None) -> bool:
    """Tell whether Django would accept ``origin`` on an unsafe request with this scope.

    The rule is ``CsrfViewMiddleware``'s: the origin is the one of the request's own host and
    scheme, or stands in ``CSRF_TRUSTED_ORIGINS``. Without an ``Origin`` header only a client
    that brings no cookies is let in, since it acts for nobody.
    """
    request = synthetic_request(scope, path="/")
    if origin is None:
        return "HTTP_COOKIE" not in request.META
    return origin == own_origin(request) or is_trusted(origin)


def own_origin(request: HttpRequest) -> str | None:
    try:
        return f"{'https' if request.is_secure() else 'http'}://{request.get_host()}"
    except DisallowedHost:
        return None


def is_trusted(origin: str) -> bool:
    if "*" not in origin and origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        scheme, netloc = urlsplit(origin)[:2]
    except ValueError:
        return False
    wildcards = [urlsplit(trusted) for trusted in settings.CSRF_TRUSTED_ORIGINS if "*" in trusted]
    return any(
        scheme == wildcard.scheme and is_same_domain(netloc, wildcard.netloc.lstrip("*"))
        for wildcard in wildcards
    )


class HostGuard:
    """Answer 400 to connections whose host is not in ``ALLOWED_HOSTS``, as Django does."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and not host_allowed(scope):
            await refuse(scope, receive, send, status=400, text="This host is not served here.")
        else:
            await self.app(scope, receive, send)


def host_allowed(scope: Scope) -> bool:
    try:
        synthetic_request(scope, path="/").get_host()
    except DisallowedHost:
        return False
    return True
