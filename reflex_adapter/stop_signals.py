"""What ``SIGINT`` and ``SIGTERM`` mean to a process that runs an event loop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable


def stop_at_signal(stop: Callable[[], None]) -> None:
    """Call ``stop`` at ``SIGINT`` or ``SIGTERM``; a second one ends the process at once."""
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
