"""``application``: Django, the configuration, the pages and Reflex, booted into one ASGI callable.

``build_application`` makes one that has other ASGI applications beside them. Set
``DJANGO_SETTINGS_MODULE`` before importing this module.
"""

import os
from collections.abc import Iterable
from typing import Any

from asgi_compose import ASGIApp, Route
from asgi_compose import stack as put_around
from django_adapter import DjangoOuterDispatcher, get_asgi_application

# Read by Reflex when it is imported, which the second half of this module does.
os.environ.setdefault("REFLEX_ENV_MODE", "prod")
django_application = get_asgi_application()

# Only now: the app's pages import models, which django.setup() has made ready.
from reflex_adapter.led import led_application  # noqa: E402
from reflex_adapter.mount import reserved_prefixes  # noqa: E402
from reflex_adapter.new_sessions import NewSessions  # noqa: E402
from reflex_adapter.other_routes import checked_routes  # noqa: E402

__all__ = ["application", "build_application"]

reflex_application = led_application()


def build_application(routes: Iterable[Route] = (), stack: Iterable[Any] = ()) -> ASGIApp:
    """Return the site with a project's own applications beside it, and middleware around them all.

    A path that is not Reflex's goes to the first of ``routes`` that takes it, else to Django. Hosts
    and origins are not checked for them. ``stack`` is ASGI middleware as ``asgi_compose.stack``
    takes it, the outermost first. Django and Reflex are made once in a process, so of what several
    calls return one may be served. Raises ``ImproperlyConfigured`` for a route of a reserved path.
    """
    site = DjangoOuterDispatcher(
        reflex_application,
        reserved=reserved_prefixes(),
        django=NewSessions(django_application),
        routes=checked_routes(routes),
    )
    layers = tuple(stack)
    return put_around(site, *layers) if layers else site


application = build_application()
