"""Serve Reflex's compiled app from disk, through the project's own middleware."""

from __future__ import annotations

import hashlib
import logging
import mimetypes
import os
from pathlib import Path, PurePosixPath
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views import View

from reflex_adapter.conf import build_root
from reflex_adapter.mount import Mount
from reflex_adapter.page_errors import failure, say
from reflex_adapter.visitor import meet_visitor

logger = logging.getLogger("reflex_adapter")

SHELL = "404.html"  # for paths without a prerendered page: React Router's, copied by Reflex
HASHED = "assets"  # where the bundler puts files whose name changes with their content
FOREVER = "public, max-age=31536000, immutable"  # RFC 8246
REVALIDATE = "no-cache"
NO_BUILD = "The Reflex app is not built yet. Run: python manage.py export_reflex\n"


class ReflexMountView(View):
    """The compiled app: its files, its prerendered pages, and its shell for every other path.

    Answers 404 for a missing file that is plainly none of the app's pages, and 503 with the
    command to run where there is no build. Nothing outside the build folder is ever read.
    """

    http_method_names = ["get", "head", "options"]
    mount: Mount | None = None

    def get(self, request: HttpRequest, path: str | None = None) -> HttpResponseBase:
        if failure() is not None:
            return HttpResponse(say(), status=503, content_type="text/plain; charset=utf-8")
        root = build_root().resolve()
        shell = find_file(root, SHELL) or find_file(root, "index.html")
        if shell is None:
            logger.error("No compiled Reflex app in %s: run manage.py export_reflex", root)
            return HttpResponse(NO_BUILD, status=503, content_type="text/plain; charset=utf-8")
        name = (path or "").strip("/")
        found = find_file(root, name)
        if found is None and names_a_file(request, name):
            raise Http404(f"The Reflex app has no file {name!r}.")
        file = found or shell
        response = file_response(request, file, root)
        if file.suffix == ".html":
            meet_visitor(request, response)
        return response


def find_file(root: Path, name: str) -> Path | None:
    """Return the file for ``name`` below ``root``: itself, or the prerendered page of that name.

    Raises ``Http404`` where ``name`` is hidden or leads out of the resolved ``root``.
    """
    if "\0" in name or "\\" in name or any(part.startswith(".") for part in name.split("/")):
        raise Http404(f"{name!r} cannot be a page of the Reflex app.")
    for file in (root / name, root / f"{name}.html", root / name / "index.html"):
        if not os.path.isfile(file):  # unlike Path.is_file(), false for a name that is too long
            continue
        if not file.resolve().is_relative_to(root):
            raise Http404(f"{name!r} leads out of the Reflex app.")
        return file
    return None


def names_a_file(request: HttpRequest, name: str) -> bool:
    """Tell whether this cannot be a page: a browser asks for pages, and only for them, as HTML."""
    parts = PurePosixPath(name).parts
    is_page = "text/html" in request.headers.get("Accept", "")
    return bool(parts) and (parts[0] == HASHED or ("." in parts[-1] and not is_page))


def file_response(request: HttpRequest, file: Path, root: Path) -> HttpResponseBase:
    content = file.read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    modified = int(file.stat().st_mtime)
    headers: dict[str, Any] = {
        "Cache-Control": FOREVER if file.is_relative_to(root / HASHED) else REVALIDATE,
        "ETag": etag,
        "Last-Modified": http_date(modified),
    }
    response = HttpResponse(content, content_type=content_type(file), headers=headers)
    conditional = get_conditional_response(request, etag, modified, response)
    return conditional if conditional is not None else response


def content_type(file: Path) -> str:
    guessed, encoding = mimetypes.guess_type(file.name)
    if guessed is None or encoding is not None:  # a compressed file is no page
        return "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed
