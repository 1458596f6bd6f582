"""Compose ASGI applications: several behind one address, with their lifespans run as one.

Any ASGI application will do. Nothing here knows a framework or imports more than the standard
library.
"""

from asgi_compose.dispatcher import Dispatcher, Route
from asgi_compose.lifespan import LifespanGroup
from asgi_compose.origin import OriginGuard
from asgi_compose.predicates import path_prefix, route_path
from asgi_compose.refusal import refuse
from asgi_compose.types import ASGIApp, Message, Predicate, Receive, Scope, Send

__all__ = [
    "ASGIApp",
    "Dispatcher",
    "LifespanGroup",
    "Message",
    "OriginGuard",
    "Predicate",
    "Receive",
    "Route",
    "Scope",
    "Send",
    "path_prefix",
    "refuse",
    "route_path",
]
