"""What Django does for a path without its slash, where the catch-all would keep it from doing so.

``CommonMiddleware`` appends a slash only where no pattern matches; the app's matches everything.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import resolve


def with_slash(request: HttpRequest) -> HttpResponse | None:
    """Return the redirect of ``APPEND_SLASH`` where a view of Django's has the path with a slash.

    ``None`` where that is the app's too. ``request`` is one that the app's pattern took.
    """
    if not settings.APPEND_SLASH or request.path_info.endswith("/"):
        return None
    match = resolve(f"{request.path_info}/", getattr(request, "urlconf", None))
    ours = request.resolver_match is not None and match.route == request.resolver_match.route
    if ours or not getattr(match.func, "should_append_slash", True):  # @no_append_slash
        return None
    return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
