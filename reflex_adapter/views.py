"""Serve Reflex's compiled app from the index of its build, through the project's own middleware."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from django.db import connections
from django.db.transaction import non_atomic_requests
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.views import View

from reflex_adapter.conf import build_root, configuration
from reflex_adapter.current_build import current_build
from reflex_adapter.development import developed_pages
from reflex_adapter.file_response import file_response, page_response
from reflex_adapter.mount import Mount
from reflex_adapter.nonces import nonce_of, with_nonce
from reflex_adapter.page_errors import failed
from reflex_adapter.page_guards import page_refusal
from reflex_adapter.rendered_page import rendered_page
from reflex_adapter.served_file import ServedFile
from reflex_adapter.slashes import with_slash
from reflex_adapter.visitor import meet_visitor

logger = logging.getLogger("reflex_adapter")

ASSETS = "assets"  # where the bundler puts its files; no page is below it
NO_BUILD = "The Reflex app is not built yet. Run: python manage.py export_reflex\n"


class ReflexMountView(View):
    """The compiled app: its files, its prerendered pages, and its shell for every other path.

    The shell comes with 200 where a page of the app has this route, and else with 404: the app
    then shows that there is no such page. A missing file that is plainly none of the app's pages
    is Django's 404, and where there is no build, the answer is 503 with the command to run.
    Costs no hop, but for pages that are guarded, and files too large to be kept in memory.
    """

    http_method_names = ["get", "head", "options"]
    mount: Mount | None = None

    async def get(self, request: HttpRequest, path: str | None = None) -> HttpResponseBase:
        if path is None:  # the app's router would not take the mount's path for one of its own
            return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
        if (developed := developed_pages()) is not None:
            return await developed(request, path)
        if (answered := failed()) is not None:
            return answered
        build = await current_build.get(self.mount.mount_prefix if self.mount else "/")
        if build.shell is None:
            logger.error("No compiled Reflex app in %s: run manage.py export_reflex", build_root())
            return HttpResponse(NO_BUILD, status=503, content_type="text/plain; charset=utf-8")
        file = build.files.get(path)
        if file is not None:
            return await answer(request, path, file)
        if cannot_be_a_page(request, path):
            raise Http404(f"The Reflex app has no file {path!r}.")
        return await answer(request, path, build.shell, 200 if build.routes.have(path) else 404)

    async def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Answer; who asks for a path of Django's without its slash is sent there, not lost."""
        answered: Any = super().dispatch(request, *args, **kwargs)
        response: HttpResponseBase = await answered
        return (response.status_code == 404 and with_slash(request)) or response

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., Any]:
        """Return the view, which asks no database, and for which no transaction is begun."""
        view: Callable[..., Any] = super().as_view(**initkwargs)
        for alias in connections:
            view = non_atomic_requests(using=alias)(view)
        return view


async def answer(
    request: HttpRequest, name: str, file: ServedFile, status: int = 200
) -> HttpResponseBase:
    if not file.is_page:
        return await file_response(request, file)
    if (refusal := await page_refusal(request, name)) is not None:
        return refusal
    nonce = nonce_of(request)
    rendered = None
    if configuration().render_spa_via_template_engine:
        rendered = await rendered_page(request, file, nonce)
    if rendered is not None:
        content = rendered
    elif nonce is not None:
        content = with_nonce(file.parts, nonce)
    elif status != 200:
        content = file.read()
    else:
        return with_visitor(request, await file_response(request, file))
    return with_visitor(request, page_response(file, status, content))


def with_visitor(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    meet_visitor(request, response)
    return response


def cannot_be_a_page(request: HttpRequest, name: str) -> bool:
    """Tell whether this asks for a file: a browser asks for pages, and only for them, as HTML.

    Hidden names and characters that no route has are neither.
    """
    parts = PurePosixPath(name).parts
    if "\0" in name or "\\" in name or any(part.startswith(".") for part in name.split("/")):
        return True
    is_html = "text/html" in request.headers.get("Accept", "")
    return bool(parts) and (parts[0] == ASSETS or ("." in parts[-1] and not is_html))
