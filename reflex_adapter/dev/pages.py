"""The pages of the app while it is developed: Vite's, after the project's own middleware.

Vite is asked for pages, and for files that the project has for them, and for nothing else: some of
its paths do something, such as open an editor. What is the matter with a page that cannot be loaded
is shown in its place.
"""

from __future__ import annotations

import functools

import httpx
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.http.response import HttpResponseBase

from reflex_adapter._reflex import compiled_routes, web_folder
from reflex_adapter.dev.alive import script
from reflex_adapter.dev.error_site import error_page
from reflex_adapter.dev.foreign import is_foreign
from reflex_adapter.dev.vite_client import ViteClient, passed
from reflex_adapter.files import PAGE
from reflex_adapter.nonces import nonce_of, parts_of, with_nonce
from reflex_adapter.own_origin import PLACE_HOLDER
from reflex_adapter.page_errors import noted_failure
from reflex_adapter.page_guards import page_refusal
from reflex_adapter.routes import Routes, routes_in
from reflex_adapter.views import cannot_be_a_page
from reflex_adapter.visitor import meet_visitor

NO_VITE = "Vite does not answer; the terminal of run_reflex says why.\n"
HTML = "text/html"
HEAD = b"<head>"
PUBLIC = "public"  # below the compiled pages: the files that the project has for them
OWN = "__"  # begins a segment of a path that is Vite's own, not a page's


class VitePages:
    def __init__(self, vite: ViteClient) -> None:
        self._vite = vite

    @functools.cached_property
    def _routes(self) -> Routes:
        """Those that this process has compiled."""
        return routes_in(compiled_routes())

    async def __call__(self, request: HttpRequest, path: str) -> HttpResponseBase:
        if (error := noted_failure()) is not None:
            return HttpResponse(error_page(error), status=500, headers={"Cache-Control": PAGE})
        if is_foreign(request.headers):
            return HttpResponseForbidden("Another site has no part in these pages.\n")
        is_file = is_public(path)
        if is_vites_own(path) or (not is_file and cannot_be_a_page(request, path)):
            raise Http404(f"The Reflex app has no file {path!r}.")
        try:
            answer = await self._ask(request, with_query=is_file)
        except httpx.TransportError:
            return HttpResponse(NO_VITE, status=503, content_type="text/plain; charset=utf-8")
        if is_file or not answer.headers.get("content-type", "").startswith(HTML):
            return file_of(answer)
        if (refusal := await page_refusal(request, path)) is not None:
            return refusal
        return self._page(request, answer.content, 200 if self._routes.have(path) else 404)

    async def _ask(self, request: HttpRequest, with_query: bool) -> httpx.Response:
        headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in request.headers.items()]
        path, question_mark, query = request.get_full_path().partition("?")
        target = f"{path}{question_mark}{query}" if with_query else path  # a page's is the page's
        answer = await self._vite.ask("GET", target.encode(), headers)
        try:
            await answer.aread()
        finally:
            await answer.aclose()
        return answer

    def _page(self, request: HttpRequest, content: bytes, status: int) -> HttpResponse:
        content = content.replace(PLACE_HOLDER.encode(), b"")
        content = content.replace(HEAD, HEAD + script().encode(), 1)
        if (nonce := nonce_of(request)) is not None:
            content = with_nonce(parts_of(content), nonce)
        response = HttpResponse(content, status=status, headers={"Cache-Control": PAGE})
        meet_visitor(request, response)
        return response


def is_public(path: str) -> bool:
    """Tell whether this is one of the files that lie beside the pages."""
    harmless = "\0" not in path and ".." not in path.split("/")
    return harmless and (web_folder() / PUBLIC / path.lstrip("/")).is_file()


def is_vites_own(path: str) -> bool:
    return any(segment.startswith(OWN) for segment in path.split("/"))


def file_of(answer: httpx.Response) -> HttpResponse:
    """Return a file that lies beside the pages, as Vite serves it."""
    headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in passed(answer.headers.raw)}
    return HttpResponse(answer.content, status=answer.status_code, headers=headers)
