"""The whole site while it is developed: the project's own application, with Vite beside it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler

from asgi_compose import ASGIApp, Dispatcher, OriginGuard, Route, path_exact
from django_adapter import HostGuard, origin_allowed
from reflex_adapter._reflex import schema_of_pages, web_folder
from reflex_adapter.dev.alive import ALIVE, alive
from reflex_adapter.dev.hot_socket import HotSocket, is_hot_socket
from reflex_adapter.dev.known_routes import wait_for_routes
from reflex_adapter.dev.messages import Booted
from reflex_adapter.dev.pages import VitePages
from reflex_adapter.dev.proxy import ModulePaths, ViteModules
from reflex_adapter.dev.stale_pages import StalePages
from reflex_adapter.dev.vite_client import ViteClient
from reflex_adapter.development import develop_with
from reflex_adapter.mount import get_mount
from reflex_adapter.named_application import load_application
from reflex_adapter.page_errors import failure


def developed(application: str, port: int) -> tuple[ASGIApp, Booted]:
    """Load the project and compile its pages; return what to serve, and what to tell of it.

    A page that cannot be loaded leaves the rest of the site. What else is wrong is raised.
    """
    vite = ViteClient(port)
    develop_with(VitePages(vite))
    app = load_application(application)
    base = get_mount().mount_prefix.rstrip("/") + "/"
    wait_for_routes(web_folder(), base, port)
    booted = Booted(str(web_folder()), base, failure())
    # What runserver does for static files.
    django = ASGIStaticFilesHandler(app) if settings.DEBUG else app  # type: ignore[arg-type]
    pages = StalePages(django, schema_of_pages())
    return Dispatcher(beside(vite, base), default=pages), booted


def beside(vite: ViteClient, base: str) -> list[Route]:
    return [
        Route(path_exact(ALIVE), guarded(alive)),
        Route(path_exact(base) & is_hot_socket, guarded(HotSocket(vite.port))),
        Route(ModulePaths(base, web_folder()), guarded(ViteModules(vite))),
    ]


def guarded(app: ASGIApp) -> ASGIApp:
    """Let in whom Django would; another site's page is to learn nothing of this one's source."""
    return HostGuard(OriginGuard(app, allowed=origin_allowed))
