"""One of several processes that serve: the target of what `workers.py` starts.

Importing this module loads neither Django's models nor Reflex: a new process begins with it.
"""

from __future__ import annotations

import asyncio
import functools
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from socket import socket

from django.utils.module_loading import import_string

from reflex_adapter.named_application import load_application


def work(application: str, listening: socket, grace: float, parent: Connection) -> None:
    """Serve in a worker process, until the parent says stop, or has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and tells what it means
    app = load_application(application)
    # It loads Reflex, for which the application has made Django ready.
    serve = import_string("reflex_adapter.server.serve")
    ready = functools.partial(parent.send, True)
    serve(app, listening, ready, functools.partial(stop_with, parent), grace=grace)


def stop_with(parent: Connection, stop: Callable[[], None]) -> None:
    """Call ``stop`` when the parent says so or is gone; end at once if it goes after it said so."""
    loop = asyncio.get_running_loop()
    told = False

    def on_signal() -> None:
        nonlocal told
        told = True
        stop()

    def on_parent_gone() -> None:
        if told:
            os._exit(1)
        loop.remove_reader(parent.fileno())
        stop()

    loop.add_signal_handler(signal.SIGTERM, on_signal)
    loop.add_reader(parent.fileno(), on_parent_gone)
