"""Names for what the ASGI specification passes around.

This module holds types only: nothing here runs, and nothing is imported but the standard library.
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
