"""What a client may say over its WebSocket: the few packets that a page of Reflex sends.

Reflex 0.10.1 takes any event whose name is that of one of its methods, ``connect`` included, and
with it another client's token; and it logs what it cannot read in full. So nothing else comes as
far as its code. The packets are those of engine.io 4 and socket.io 5.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from reflex_adapter.page_claims import are_claims, forget_unknown_claims

CLOSE, PING, PONG = "1", "2", "3"  # engine.io's: whoever is sent a ping answers with a pong
CONNECT, DISCONNECT = "40", "41"  # socket.io's, of a namespace; CONNECT is also the answer to one
EVENT = "42"

NAMESPACE = r"(?:/[\w/-]*,)?"
PACKET = re.compile(rf"4([012]){NAMESPACE}", re.ASCII)
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")  # which two together are a character, and one is not
DEEPEST = 64  # levels of a packet's data

INVALID_DATA, POLICY_VIOLATION = 1007, 1008  # close codes (RFC 6455, section 7.4.1)


class Malformed(ValueError):
    """A message that no page of Reflex sends; ``code`` is what a socket is closed with for it."""

    def __init__(self, why: str, code: int = POLICY_VIOLATION) -> None:
        super().__init__(why)
        self.code = code


def checked(text: str, judge: Callable[[dict[str, Any]], None]) -> str:
    """Return a message as Reflex may see it, without unknown claims; else raise ``Malformed``.

    ``judge`` raises it for an event whose shape is right, if its handler is not to be called.
    """
    if text in (PONG, CLOSE):
        return text
    packet = PACKET.match(text)
    if packet is None:
        raise Malformed("no packet of a page")
    said = text[packet.end() :]
    if not said and packet[1] in "01":
        return text
    data = parsed(said)
    event = event_of(packet[1], data)
    if event is None:
        return text
    judge(event)
    if forget_unknown_claims(event.get("router_data", {})):
        return packet[0] + json.dumps(data, separators=(",", ":"))
    return text


def parsed(said: str) -> Any:
    """Return JSON data whose numbers are finite and whose depth is bounded."""
    try:
        data = STRICT.decode(said)
    except RecursionError:
        raise Malformed("too deep") from None
    except ValueError:  # also of the digits of a number, which are too many
        raise Malformed("no JSON", INVALID_DATA) from None
    if said.count("[") + said.count("{") > DEEPEST and is_deeper(data, DEEPEST):
        raise Malformed("too deep")
    if SURROGATE.search(said) and not is_unicode(data):
        raise Malformed("half a character", INVALID_DATA)
    return data


def is_unicode(data: Any) -> bool:
    """Tell whether all text in ``data`` can be encoded, as databases and JSON's readers have to."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def not_finite(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else not_finite(digits)


STRICT = json.JSONDecoder(parse_constant=not_finite, parse_float=finite)


def is_deeper(data: Any, most: int) -> bool:
    """Tell whether ``data`` has more than so many levels; it is never followed any further."""
    level = [data]
    for _ in range(most):
        parts = (outer.values() if isinstance(outer, dict) else outer for outer in level)
        level = [inner for part in parts for inner in part if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def event_of(kind: str, data: Any) -> dict[str, Any] | None:
    """Return the event in the data of a packet; ``None`` where it is another thing of a page."""
    match kind, data:
        case ("0", {"event": event}) | ("2", ["event", event]):
            return as_event(event)
        case ("0", dict()) | ("2", ["ping"] | ["client_error"] | ["client_error", dict()]):
            return None
    raise Malformed("nothing that a page says")


def as_event(event: Any) -> dict[str, Any]:
    """Return ``event`` if all that Reflex reads of it has the right type."""
    if isinstance(event, dict) and isinstance(event.get("name"), str):
        payload, claims = event.get("payload", {}), event.get("router_data", {})
        if isinstance(payload, dict) and are_claims(claims):
            return event
    raise Malformed("no event of a page")


def is_event(text: str) -> bool:
    """Tell whether a checked message is, or brings, an event that has a handler."""
    return text.startswith((EVENT, CONNECT))


def namespace_of(connect: str) -> str:
    """Return the namespace of a packet that connects to one, with its comma."""
    match = re.match(NAMESPACE, connect[len(CONNECT) :], re.ASCII)
    return match[0] if match else ""


def new_token(namespace: str, token: str) -> str:
    """Return the packet that makes Reflex's page keep ``token`` from now on."""
    return f'42{namespace}["new_token","{token}"]'
