"""A small build on disk, and a client that asks for it through the project's own chain."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import AsyncClient, Client

Ask = Callable[..., HttpResponse]

FILES = {
    "404.html": "the shell",
    "index.html": "page /",
    "cart.html": "page cart",
    "about/index.html": "page about",
    "both.html": "page both",
    "both/index.html": "not this",
    "assets/app-Dfwd_-i3.js": "let a = 1;",
    "assets/style-af19e30f.css": "a {}",
    "assets/app-Dfwd_-i3.js.map": "the source",
    "favicon.ico": "icon",
    ".input": "hidden",
    ".hidden/page.html": "hidden",
    "assets/.hidden.js": "hidden",
}
ROUTES = ["index", "cart", "about", "both", "item/[id]", "user/[[name]]", "docs/[[...splat]]"]


def write_build(root: Path, files: dict[str, str] = FILES) -> Path:
    """Write a build with the routes of its pages, as an export leaves it."""
    for name, content in {**files, ".routes.json": json.dumps([*ROUTES, "404"])}.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return root


def asking(kind: str) -> Ask:
    """Return what asks for a path, by "wsgi" or "asgi"; an exception gives a 500."""

    def ask(path: str, method: str = "GET", headers: Any = None) -> HttpResponse:
        path = f"http://testserver{path}"  # or the client would read //a/b as b of the host a
        if kind == "wsgi":
            client = Client(raise_request_exception=False)
            return read(client.generic(method, path, headers=headers))  # type: ignore[arg-type]
        return asyncio.run(ask_asgi(path, method, headers))

    return ask


async def ask_asgi(path: str, method: str, headers: Any) -> HttpResponse:
    client = AsyncClient(raise_request_exception=False)
    response: Any = await client.generic(method, path, headers=headers)
    if response.streaming:
        content = b"".join([block async for block in response.streaming_content])
        return whole(response, content)
    return response  # type: ignore[no-any-return]


def read(response: Any) -> HttpResponse:
    return whole(response, response.getvalue()) if response.streaming else response


def whole(streamed: HttpResponseBase, content: bytes) -> HttpResponse:
    streamed.close()
    response = HttpResponse(content, status=streamed.status_code, headers=dict(streamed.headers))
    response.cookies = streamed.cookies
    return response
