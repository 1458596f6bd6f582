"""Whether this process develops: then Vite has the pages, and calling the app compiles them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

Pages = Callable[[HttpRequest, str], Awaitable[HttpResponseBase]]

_pages: list[Pages] = []


def develop_with(pages: Pages) -> None:
    """Have ``pages`` answer for the compiled app from now on, and the app compiled when called."""
    _pages[:] = [pages]


def developed_pages() -> Pages | None:
    return _pages[0] if _pages else None
