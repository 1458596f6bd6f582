"""Whether what a handler yields or returns leads the tab to another page."""

from __future__ import annotations

from typing import Any

import reflex as rx
from django.http import HttpResponse
from reflex.event import EventSpec

REDIRECT = rx.redirect("/").handler.fn.__qualname__


def leads_away(answer: Any) -> bool:
    """Tell whether a handler returns or yields a redirect, Django's or Reflex's, in this window."""
    if isinstance(answer, list | tuple):
        return any(map(leads_away, answer))
    if isinstance(answer, HttpResponse):
        return answer.has_header("Location")
    if not isinstance(answer, EventSpec) or answer.handler.fn.__qualname__ != REDIRECT:
        return False
    return "true" not in [str(value) for name, value in answer.args if str(name) == "external"]
