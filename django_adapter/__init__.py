"""Django as the outer ASGI application, and its middleware for other callers.

Importing this package reads no settings; making one of its objects does.
"""

from django_adapter.application import RESERVED_PREFIXES, DjangoOuterDispatcher
from django_adapter.auth_cache import AuthCache
from django_adapter.http import get_asgi_application
from django_adapter.identity import load_identity
from django_adapter.origin import HostGuard, origin_allowed
from django_adapter.request import SyntheticRequests, synthetic_request
from django_adapter.runner import MiddlewareRunner, Run
from django_adapter.thread import own_thread

__all__ = [
    "RESERVED_PREFIXES",
    "AuthCache",
    "DjangoOuterDispatcher",
    "HostGuard",
    "MiddlewareRunner",
    "Run",
    "SyntheticRequests",
    "get_asgi_application",
    "load_identity",
    "origin_allowed",
    "own_thread",
    "synthetic_request",
]
