"""The socket that a server takes connections by; it can break off all that it has accepted.

A client that reads nothing keeps its connection open for ever, and no ASGI message ends that.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from hypercorn.config import Config, Sockets

GRACE = 10.0  # seconds that events and requests get, where nobody says otherwise


class Listener(socket.socket):
    """A listening socket that knows its connections."""

    def __init__(self, listening: socket.socket) -> None:
        """Take the place of ``listening``."""
        super().__init__(fileno=listening.detach())
        self.setblocking(False)
        self._accepted: WeakSet[socket.socket] = WeakSet()

    def accept(self) -> tuple[socket.socket, Any]:
        connection, address = super().accept()
        self._accepted.add(connection)
        return connection, address

    def break_off(self) -> None:
        """End all connections; what was not sent yet is lost."""
        for connection in list(self._accepted):
            with suppress(OSError):  # it has ended itself
                connection.shutdown(socket.SHUT_RDWR)


def listen(host: str, port: int) -> socket.socket:
    """Take the port. Raises ``OSError`` where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


class ListeningConfig(Config):
    """Hypercorn's configuration, for a socket that listens already."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.loglevel = "WARNING"

    def create_sockets(self) -> Sockets:
        return Sockets([], [self.listener], [])
