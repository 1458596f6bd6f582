"""Serve an ASGI application by hypercorn in this process, until a signal says stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable
from socket import socket
from time import monotonic

from hypercorn.asyncio import serve as hypercorn_serve

from asgi_compose import ASGIApp
from reflex_adapter.drain import finish_events
from reflex_adapter.listener import GRACE, Listener, ListeningConfig
from reflex_adapter.stopping import Stoppable

logger = logging.getLogger("reflex_adapter")

LAST = 1.5  # seconds after its deadline that the process has ended, whatever still runs

Ready = Callable[[], None]
Listen = Callable[[Callable[[], None]], None]


def serve(
    application: ASGIApp,
    listening: socket,
    ready: Ready,
    listen_for_stop: Listen | None,
    *,
    grace: float = GRACE,
    answers_last: bool = False,
) -> None:
    """Serve until told to stop; call ``ready`` once connections are taken.

    ``listen_for_stop`` is given what to call then; without one, this is ended from outside.
    From then on, what runs gets ``grace`` seconds, and the process ends within two more. Requests
    are refused meanwhile, but those of who is connected, with ``answers_last``.
    """
    last = answers_last
    asyncio.run(serve_until_stopped(application, listening, ready, listen_for_stop, grace, last))
    gc.freeze()  # or the interpreter would search all that is left, for a second if it is busy


async def serve_until_stopped(
    application: ASGIApp,
    listening: socket,
    ready: Ready,
    listen_for_stop: Listen | None,
    grace: float,
    answers_last: bool,
) -> None:
    listener = Listener(listening)
    site = Stoppable(application, finish_events, listener.break_off, answers_last)
    config = ListeningConfig(listener)
    config.graceful_timeout = grace + LAST  # the site sees to it, sooner
    stop = asyncio.Event()
    if listen_for_stop is not None:
        listen_for_stop(stop.set)
    ending: list[asyncio.Task[None]] = []

    async def stopped() -> None:
        """Return when the server may close its port."""
        ready()
        await stop.wait()
        deadline = monotonic() + grace
        leave_after(grace + LAST, site)
        await site.finish(deadline)
        ending.append(asyncio.create_task(site.end(deadline)))

    await hypercorn_serve(site, config, shutdown_trigger=stopped)  # type: ignore[arg-type]


def leave_after(seconds: float, site: Stoppable) -> None:
    """End the process then, if it has not ended: a thread that works cannot be stopped.

    It counts as well ended if all lifespans have been.
    """

    def leave() -> None:
        logger.warning("Left with threads or tasks that do not end")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0 if site.shut_down else 1)

    timer = threading.Timer(seconds, leave)
    timer.daemon = True
    timer.start()
