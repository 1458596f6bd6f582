"""Hand Vite's share of the requests on to it: the modules and styles that pages are made of.

Pages, and files of the project that are served beside them, are Django's (``pages``): this is for
what no view can be, Vite's own paths and the files of the compiled pages. Who may ask is decided
around this, by Django's rules for hosts and origins.
"""

from __future__ import annotations

from pathlib import Path

import httpx

from asgi_compose import Receive, Scope, Send, refuse, route_path
from reflex_adapter.dev.foreign import headers_of, is_foreign
from reflex_adapter.dev.vite_client import ViteClient, passed, target_of
from reflex_adapter.own_origin import LITERAL, OWN_ORIGIN

OWN = ("@vite/", "@id/", "@fs/", "@react-refresh", "@react-router/", "node_modules/")
ADDRESSES = "env.json"  # the module that has the backend's


class ModulePaths:
    """A predicate: is this a request for one of Vite's modules, below the path of the app?"""

    def __init__(self, base: str, web: Path) -> None:
        self._base, self._web = base, web

    def __call__(self, scope: Scope) -> bool:
        path = route_path(scope)
        if scope["type"] != "http" or not path.startswith(self._base):
            return False
        name = path[len(self._base) :]
        return name.startswith(OWN) or self._is_file(name)

    def _is_file(self, name: str) -> bool:
        harmless = "\0" not in name and ".." not in name.split("/")
        return harmless and (self._web / name.lstrip("/")).is_file()


class ViteModules:
    """The answers of Vite, streamed; its module of addresses says the page's own origin."""

    def __init__(self, vite: ViteClient) -> None:
        self._vite = vite

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["method"] not in ("GET", "HEAD"):
            await refuse(scope, receive, send, status=405, text="This is a file.")
            return
        if is_foreign(headers_of(scope)):
            await refuse(scope, receive, send, status=403, text="Your origin is foreign here.")
            return
        try:
            answer = await self._vite.ask(scope["method"], target_of(scope), scope["headers"])
        except httpx.TransportError as error:
            await refuse(scope, receive, send, status=503, text=f"Vite does not answer: {error}")
            return
        try:
            await self._pass_on(answer, scope, send)
        finally:
            await answer.aclose()

    async def _pass_on(self, answer: httpx.Response, scope: Scope, send: Send) -> None:
        headers = passed(answer.headers.raw)
        start = {"type": "http.response.start", "status": answer.status_code}
        body = {"type": "http.response.body", "body": b"", "more_body": True}
        if scope["path"].endswith(f"/{ADDRESSES}") and answer.status_code == 200:
            own = LITERAL.sub(rf"({OWN_ORIGIN})", (await answer.aread()).decode()).encode()
            others = [pair for pair in headers if pair[0] not in (b"content-length", b"etag")]
            await send({**start, "headers": [*others, (b"content-length", str(len(own)).encode())]})
            await send({**body, "body": own, "more_body": False})
            return
        await send({**start, "headers": headers})
        async for block in answer.aiter_raw():
            await send({**body, "body": block})
        await send({**body, "more_body": False})
