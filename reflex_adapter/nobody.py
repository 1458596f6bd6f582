"""The request of nobody: what a computed var finds where there is no visitor to compute it for.

It came by no connection: it has no headers and no cookies, and nothing of its session is stored.
What middleware of the project sets is not there, since none has seen it.
"""

from __future__ import annotations

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from django_adapter.identity import set_user
from django_adapter.request import synthetic_request
from reflex_adapter.logins import ReadOnlySession

SCOPE = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}


def nobodys_request() -> HttpRequest:
    """Return the request of an anonymous visitor of ``/``, its session empty."""
    # Models cannot be imported before django.setup(), and this module can.
    from django.contrib.auth.models import AnonymousUser  # noqa: PLC0415

    request = synthetic_request(SCOPE, path="/")
    request.session = ReadOnlySession(SessionBase())
    set_user(request, AnonymousUser())
    return request
