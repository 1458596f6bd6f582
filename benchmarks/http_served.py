"""The handlers of one Django project that serve HTTP, as a server would import them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

import benchmarks.django_project  # configures Django, before a handler reads its settings
import django_adapter
from asgi_compose import ASGIApp

__all__ = ["benchmarks", "django_asgi", "django_wsgi", "ours"]

django_asgi: ASGIApp = get_asgi_application()
ours: ASGIApp = django_adapter.get_asgi_application()
django_wsgi: Callable[..., Any] = get_wsgi_application()
