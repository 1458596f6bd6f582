"""The same page and the same state as in `sockets_plain`, with Django around them."""

from __future__ import annotations

import benchmarks.django_project  # configures Django, before a state reads its settings
from asgi_compose import ASGIApp
from benchmarks.sockets_plain import page
from django_adapter import DjangoOuterDispatcher
from reflex_adapter.mount import reserved_prefixes
from reflex_adapter.reflex_app import DjangoApp

__all__ = ["benchmarks", "ours"]


def ours() -> ASGIApp:
    benchmarks.django_project.mount()
    app = DjangoApp()
    app.add_page(page, route="/")
    return DjangoOuterDispatcher(app(), reserved=reserved_prefixes())
