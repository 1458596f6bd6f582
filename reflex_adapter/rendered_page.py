"""Pages that pass Django's template engine, so that a project can put something of its own in.

What Reflex has compiled is given to the template ``reflex/page.html`` as values that are safe, and
never as a template: whatever braces it has, nothing in it is run.
"""

from __future__ import annotations

import logging

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from reflex_adapter.nonces import with_nonce
from reflex_adapter.served_file import ServedFile

logger = logging.getLogger("django.request")

TEMPLATE = "reflex/page.html"
NAMES = ("start", "body", "end")  # of what is compiled, in the template


async def rendered_page(request: HttpRequest, page: ServedFile, nonce: str | None) -> bytes | None:
    """Return the page as the project's template makes it for this request. Costs a hop.

    ``None`` if that fails, which is logged: the app needs nothing of what a project puts in.
    """
    sections = [
        (b"".join(parts) if nonce is None else with_nonce(parts, nonce)).decode()
        for parts in page.sections
    ]
    # Reflex's compiler and the project's own author wrote it; no request has a part in it.
    compiled = {name: mark_safe(it) for name, it in zip(NAMES, sections, strict=True)}
    render = sync_to_async(render_to_string, thread_sensitive=True)
    try:
        return (await render(TEMPLATE, {"compiled": compiled}, request)).encode()
    except Exception:  # whatever the template, its tags and the context processors raise
        about = "%s cannot be rendered for %s: the page is served as it was compiled"
        logger.exception(about, TEMPLATE, request.path, extra={"request": request})
        return None
