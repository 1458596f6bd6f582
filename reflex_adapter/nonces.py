"""The nonce of a Content-Security-Policy on the scripts of a page.

Reflex's pages have inline scripts. Where middleware makes a nonce for each request, Django's own
or django-csp's, each script of the page is given it, so that a policy needs no 'unsafe-inline'.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from django.http import HttpRequest
from django.template import context_processors

from reflex_adapter.page_tags import Scripts

# Documented since Django 6.0, which brought the middleware.
of_django: Callable[[HttpRequest], dict[str, Any]] = getattr(
    context_processors, "csp", lambda request: {}
)


def nonce_of(request: HttpRequest) -> str | None:
    """Return the request's nonce; asking makes it part of the policy, if the policy names it."""
    nonce = of_django(request).get("csp_nonce")
    if nonce is None:
        nonce = getattr(request, "csp_nonce", None)  # django-csp
    return None if nonce is None else str(nonce)


def parts_of(page: bytes) -> list[bytes]:
    """Return the page, cut where a nonce belongs."""
    ends_of_names = (place + len("<script") for _, place in Scripts(page).found)
    cuts = [0, *ends_of_names, len(page)]
    return [page[start:end] for start, end in pairwise(cuts)]


def with_nonce(parts: list[bytes], nonce: str) -> bytes:
    return f' nonce="{nonce}"'.encode().join(parts)
