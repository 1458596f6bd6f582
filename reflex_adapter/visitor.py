"""The visitor: a browser, known by a random cookie, that the state of its tabs belongs to.

Reflex keeps the state of a tab under a token that the page chooses and that stands in URLs. Here
it is kept under a digest of that token whose key is the visitor's cookie, so that the token alone
leads nowhere. The cookie is signed with ``SECRET_KEY``, and the digest is not made with it: after
a change of key the state is still found by whoever ``SECRET_KEY_FALLBACKS`` lets in, without
asking a store which key it was kept under.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers

from reflex_adapter.conf import configuration

SALT = "reflex_adapter.visitor"
MAX_AGE = 365 * 24 * 60 * 60  # seconds; browsers keep no cookie much longer


def new_visitor() -> str:
    return secrets.token_urlsafe(32)


def visitor_of(cookies: Mapping[str, str]) -> str | None:
    """Return whose cookie this is, ``None`` where there is none that we have made."""
    try:
        return Signer(salt=SALT).unsign(cookies.get(configuration().visitor_cookie, ""))
    except BadSignature:
        return None


def bound_token(visitor: str, client_token: str) -> str:
    """Return what the state of this visitor's tab is kept under; any text may be a token."""
    token = client_token.encode("utf-8", "surrogatepass")
    return hmac.digest(visitor.encode(), token, "sha256").hex()


def set_visitor(response: HttpResponseBase, request: HttpRequest, visitor: str) -> None:
    """Set the cookie on ``response``; it goes wherever the session cookie goes.

    But for ``Strict``: who comes by a link of another site would be a new visitor each time.
    """
    same_site = settings.SESSION_COOKIE_SAMESITE
    response.set_cookie(
        configuration().visitor_cookie,
        Signer(salt=SALT).sign(visitor),
        max_age=MAX_AGE,
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE or request.is_secure(),
        httponly=True,
        samesite="Lax" if same_site == "Strict" else same_site,
    )


def meet_visitor(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give whoever asks for a page a cookie, unless there is one and it is signed as of today.

    A page with a cookie in it is not for caches that several share.
    """
    patch_vary_headers(response, ["Cookie"])
    visitor = visitor_of(request.COOKIES) or new_visitor()
    if request.COOKIES.get(configuration().visitor_cookie) != Signer(salt=SALT).sign(visitor):
        set_visitor(response, request, visitor)
        patch_cache_control(response, private=True)


def visitor_line(request: HttpRequest, visitor: str) -> tuple[str, str]:
    """Return the cookie's value, and the ``Set-Cookie`` line that brings it."""
    response = HttpResponse()
    set_visitor(response, request, visitor)
    morsel = response.cookies[configuration().visitor_cookie]
    return morsel.coded_value, morsel.OutputString()
