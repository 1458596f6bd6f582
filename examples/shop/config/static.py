"""Serve the collected static files and the photos, so that the demo needs one port alone.

A real site leaves this to a web server or to WhiteNoise.
"""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.static import serve


@login_not_required  # LoginRequiredMiddleware would keep its style from the login page
def static_file(request: HttpRequest, path: str) -> HttpResponseBase:
    return file_from(settings.STATIC_ROOT, request, path)


@login_not_required
def media_file(request: HttpRequest, path: str) -> HttpResponseBase:
    return file_from(settings.MEDIA_ROOT, request, path)


def file_from(folder: Path, request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer as Django's own view does, but with a body that an ASGI server can take as it is."""
    response = serve(request, path, document_root=folder)
    if response.streaming:
        response.streaming_content = read_in_thread(response.streaming_content)
    return response


async def read_in_thread(blocks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for block in await sync_to_async(list)(blocks):
        yield block
