"""One round of the loop: the project as it is now, served until one of its files changes.

This process is forked from one that has imported Django and Reflex, and begins as a command does,
with the settings. What it imports of the project stays in it and ends with it, so that nothing of
an old file is left. Django's autoreloader has the main thread, the server another one, as under
``runserver``.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from multiprocessing.connection import Connection
from socket import socket
from typing import Any

import django
from django.core.management.base import SystemCheckError
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV, autoreload_started
from django.utils.module_loading import import_string

from asgi_compose import ASGIApp
from reflex_adapter.dev.error_site import ErrorSite, serve_plainly
from reflex_adapter.dev.messages import Booted, Leaving, Serving
from reflex_adapter.dev.reloader import reloader_since
from reflex_adapter.node import PackagesMissing
from reflex_adapter.page_errors import files_of, noted_failure

logger = logging.getLogger("reflex_adapter")

RELOAD = 3  # Django's exit code for it
GRACE = 0.5  # seconds in which events end
LEAVING = 1.0  # seconds after which the process has left

Server = Callable[..., None]


def develop(
    application: str, listening: socket, vite: int, checks: bool, parent: Connection
) -> None:
    """Serve until a file changes, ``SIGTERM`` comes or the parent goes; then leave, sockets closed.

    ``parent`` says when the port is ours: the child before us may still be leaving. With
    ``checks``, the project passes the system checks first.
    """
    began = time.time()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and tells what it means
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    with suppress(OSError):
        os.dup2(0, sys.stdin.fileno())  # for breakpoint(): multiprocessing gave us none
    os.environ[DJANGO_AUTORELOAD_ENV] = "true"
    child = Child(application, listening, vite, checks, parent)
    threading.Thread(target=child.listen_to_parent, daemon=True).start()
    child.reloader = reloader_since(began)
    # What importing Reflex has set in this thread's context holds in the server's thread too.
    serve = functools.partial(copy_context().run, child.serve)
    threading.Thread(target=serve, name="django-main-thread", daemon=True).start()
    code = 0
    try:
        child.loaded.wait()  # what is saved meanwhile is not missed
        child.reloader.run_loop()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    child.leave(code)


class Child:
    def __init__(
        self, application: str, listening: socket, vite: int, checks: bool, parent: Connection
    ) -> None:
        self.reloader: Any = None
        self._application = application
        self._listening, self._port = listening, listening.fileno()
        self._vite, self._checks = vite, checks
        self._parent = parent
        self.loaded, self._may_serve = threading.Event(), threading.Event()
        self._served = threading.Event()
        self._stop: Callable[[], object] = self._served.set  # until there is a server

    def serve(self) -> None:
        """Load the project, compile its pages and serve it; or else serve what is wrong with it."""
        site, server, booted = self._load()
        self._tell(booted)
        self.loaded.set()
        self._may_serve.wait()
        try:
            server(site, self._listening, lambda: self._tell(Serving()), self._listen, grace=GRACE)
        finally:
            self._served.set()

    def _load(self) -> tuple[ASGIApp, Server, Booted]:
        try:
            django.setup()
            site, booted = import_string("reflex_adapter.dev.site.developed")(
                self._application, self._vite
            )
            if self._checks:
                import_string("reflex_adapter.dev.project_checks.check_project")()
            import_string("reflex_adapter.dev.project_checks.tell_migrations")()
            if (error := noted_failure()) is not None:  # of a page
                self.reloader.extra_files.update(files_of(error))
            autoreload_started.send(sender=self.reloader)
            serve = import_string("reflex_adapter.server.serve")
            # A page that is being loaded asks for its modules to the end.
            return site, functools.partial(serve, answers_last=True), booted
        except PackagesMissing as error:
            return self._failed(error, hopeless=True)
        except SystemCheckError as error:
            logger.critical("%s", error)
            return self._failed(error)
        except (Exception, SystemExit) as error:  # whatever the project raises
            logger.critical("The project cannot be loaded", exc_info=error)
            return self._failed(error)

    def _failed(
        self, error: BaseException, hopeless: bool = False
    ) -> tuple[ASGIApp, Server, Booted]:
        self.reloader.extra_files.update(files_of(error))
        return ErrorSite(error), serve_plainly, Booted(failure=str(error), hopeless=hopeless)

    def _tell(self, message: object) -> None:
        with suppress(OSError):  # it has gone, and so will we
            self._parent.send(message)

    def listen_to_parent(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                self._parent.recv()
                self._may_serve.set()
        os._exit(1)

    def _listen(self, stop: Callable[[], None]) -> None:
        """Called in the server's event loop, with what stops it."""
        loop = asyncio.get_running_loop()

        def stop_in_loop() -> None:
            loop.remove_reader(self._port)  # who comes now waits for the next child
            stop()

        self._stop = functools.partial(loop.call_soon_threadsafe, stop_in_loop)

    def leave(self, code: int) -> None:
        """End the process in bounded time, whatever its threads are doing."""
        self._tell(Leaving(code))
        with suppress(RuntimeError):  # the loop is closed already
            self._stop()
        self._served.wait(LEAVING)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
