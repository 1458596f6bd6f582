"""The nonce of a Content-Security-Policy on the scripts of a page.

Reflex's pages have inline scripts. Where middleware makes a nonce for each request, Django's own
or django-csp's, each script of the page is given it, so that a policy needs no 'unsafe-inline'.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

from django.http import HttpRequest
from django.template import context_processors

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


class Scripts(HTMLParser):
    """Finds where the tags of scripts begin, and nothing that only looks like one."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._lines = [0, *(end.end() for end in re.finditer("\n", page))]
        self.found: list[int] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and "nonce" not in dict(attrs):
            line, column = self.getpos()
            self.found.append(self._lines[line - 1] + column + len("<script"))


def parts_of(page: bytes) -> list[bytes]:
    """Return the page, cut where a nonce belongs."""
    # Tags are ASCII in every encoding that a page may have; its text stays as it is.
    cuts = [0, *Scripts(page.decode("latin-1")).found, len(page)]
    return [page[start:end] for start, end in pairwise(cuts)]


def with_nonce(parts: list[bytes], nonce: str) -> bytes:
    return f' nonce="{nonce}"'.encode().join(parts)
