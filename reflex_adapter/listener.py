"""The socket that a server takes connections by; it can break off all that it has accepted.

A client that reads nothing would keep its connection open for ever: no ASGI message ends that, and
hypercorn waits for it to take the last one. So the system is told to end it.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from hypercorn.config import Config, Sockets

STALLED = 120.0  # seconds in which a client takes nothing of what it is sent
# Of Linux. It counts while the client's window is closed, too; keep-alive does not.
TCP_USER_TIMEOUT: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)
GRACE = 10.0  # seconds that events and requests get, where nobody says otherwise


class Accepted(socket.socket):
    """The socket of a connection; one that the system has ended is an ordinary end."""

    def recv(self, *args: Any) -> bytes:
        try:
            return super().recv(*args)
        except TimeoutError as error:  # hypercorn would log it as an error of its own
            raise ConnectionAbortedError("the client takes nothing") from error


class Listener(socket.socket):
    """A listening socket that knows its connections."""

    def __init__(self, listening: socket.socket, stalled: float = STALLED) -> None:
        """Take the place of ``listening``."""
        self._stalled = stalled
        super().__init__(fileno=listening.detach())
        self.setblocking(False)
        self._accepted: WeakSet[socket.socket] = WeakSet()

    def accept(self) -> tuple[socket.socket, Any]:
        accepted, address = super().accept()
        connection = Accepted(fileno=accepted.detach())
        if TCP_USER_TIMEOUT is not None:
            milliseconds = int(self._stalled * 1000)
            connection.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds)
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
