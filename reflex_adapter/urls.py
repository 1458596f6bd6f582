"""The one URL pattern that puts Reflex's compiled app behind everything Django knows."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, URLPattern
from django.urls.resolvers import RegexPattern

from reflex_adapter.mount import Mount, checked_mount
from reflex_adapter.public_pages import is_public
from reflex_adapter.views import ReflexMountView

NOTHING: Mapping[str, Any] = MappingProxyType({})


def reflex_mount(
    *,
    app_name: str | None = None,
    app_module: str | None = None,
    mount_prefix: str = "/",
    django_prefix: str | Iterable[str] = (),
    plugins: Iterable[Any] = (),
    rx_config: Mapping[str, Any] = NOTHING,
) -> URLPattern:
    """Return the catch-all that serves the compiled app; put it last in the root ``urlpatterns``.

    ``app_name`` is the Django app the pages belong to, ``mount_prefix`` where the app lives.
    ``app_module`` names the module of a project that has its own ``app = DjangoApp(...)``; then
    ``app_name`` may be left out.
    Paths at or below a ``django_prefix`` never get the app, so that Django answers a wrong one
    with its own 404. ``plugins`` and ``rx_config`` go into
    ``rx.Config``. Raises ``ImproperlyConfigured`` for arguments that cannot work.
    """
    mount = checked_mount(app_name, app_module, mount_prefix, django_prefix, plugins, rx_config)
    pattern = RegexPattern(catch_all(mount), name="reflex", is_endpoint=True)
    return MountPattern(pattern, ReflexMountView.as_view(mount=mount), name="reflex")


class MountPattern(URLPattern):
    """The pattern of the app, to whose public pages ``LoginRequiredMiddleware`` lets everybody."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

        @functools.wraps(self.callback)
        def public(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            return self.callback(request, **kwargs)  # type: ignore[no-any-return]

        self._public = login_not_required(public)

    def resolve(self, path: str) -> ResolverMatch | None:
        match = super().resolve(path)
        if match is not None and is_public(match.kwargs.get("path") or ""):
            match.func = self._public
        return match


def catch_all(mount: Mount) -> str:
    """Return the pattern of every path under the mount that is not Django's alone."""
    kept = "|".join(re.escape(prefix[1:]) for prefix in mount.django_prefix)
    not_django = f"(?!(?:{kept})(?:/|$))" if kept else ""
    if mount.mount_prefix == "/":
        return rf"^{not_django}(?P<path>.*)$"
    return rf"^{not_django}{re.escape(mount.mount_prefix[1:])}(?:/(?P<path>.*))?$"
