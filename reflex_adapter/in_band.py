"""What a client may say over its WebSocket: the few packets that a page of Reflex sends.

Reflex 0.10.1 takes any event whose name is that of one of its methods, ``connect`` included, and
with it another client's token. So nothing else comes as far as its code. The packets are those
of engine.io 4 and socket.io 5.
"""

from __future__ import annotations

import re

PING, PONG = "2", "3"  # engine.io's: whoever is sent a ping answers with a pong
CONNECT, DISCONNECT = "40", "41"  # socket.io's, of a namespace; CONNECT is also the answer to one

NAMESPACE = r"(?:/[\w/-]*,)?"
EXPECTED = re.compile(
    rf"""
    {PONG}\Z | 1\Z              # engine.io: alive, closing
    | 4[01]                     # socket.io: connect to, or leave, a namespace
    | 42{NAMESPACE}\["(?:event|ping|client_error)"[,\]]
    """,
    re.ASCII | re.VERBOSE,
)


def expected(text: str) -> bool:
    """Tell whether Reflex may see this message."""
    return EXPECTED.match(text) is not None


def namespace_of(connect: str) -> str:
    """Return the namespace of a packet that connects to one, with its comma."""
    match = re.match(NAMESPACE, connect[len(CONNECT) :], re.ASCII)
    return match[0] if match else ""


def new_token(namespace: str, token: str) -> str:
    """Return the packet that makes Reflex's page keep ``token`` from now on."""
    return f'42{namespace}["new_token","{token}"]'
