"""Names for what the ASGI specification passes around, and two ways to read a scope.

Nothing here changes a scope, or raises on anything that a client can send.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# Frameworks type the three arguments differently, so that only Any takes all their applications.
ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

Predicate = Callable[[Scope], bool]


def route_path(scope: Scope) -> str:
    """Return the part of the path that a route decides on: ``path`` below ``root_path``.

    Some servers put ``root_path`` in front of ``path`` and some do not, so it is taken off only
    where it is there, as whole segments.
    """
    path: str = scope["path"]
    root = (scope.get("root_path") or "").rstrip("/")
    return path[len(root) :] if f"{path}/".startswith(f"{root}/") else path


def header_values(scope: Scope, name: str) -> list[str]:
    """Return the value of each header with this name, in any case, as it was sent."""
    key = name.lower().encode("latin-1")
    return [value.decode("latin-1") for sent, value in scope["headers"] if sent.lower() == key]
