"""Compose ASGI applications: several behind one address, with their lifespans run as one.

Any ASGI application will do. Nothing here knows a framework or imports more than the standard
library.
"""

from asgi_compose.asgi import ASGIApp, Message, Predicate, Receive, Scope, Send, route_path
from asgi_compose.dispatcher import Dispatcher, Route
from asgi_compose.lifespan import LifespanGroup
from asgi_compose.origin import OriginGuard
from asgi_compose.predicates import header, host, path_exact, path_prefix, path_regex, scope_type
from asgi_compose.refusal import refuse
from asgi_compose.stack import Middleware, stack

# fmt: off
__all__ = [
    "ASGIApp", "Dispatcher", "LifespanGroup", "Message", "Middleware", "OriginGuard", "Predicate",
    "Receive", "Route", "Scope", "Send", "header", "host", "path_exact", "path_prefix",
    "path_regex", "refuse", "route_path", "scope_type", "stack",
]
