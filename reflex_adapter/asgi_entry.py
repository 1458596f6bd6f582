"""``application``: Django, the configuration, the pages and Reflex, booted into one ASGI callable.

Set ``DJANGO_SETTINGS_MODULE`` before importing this module.
"""

import os

from django.core.asgi import get_asgi_application

# Read by Reflex when it is imported, which the second half of this module does.
os.environ.setdefault("REFLEX_ENV_MODE", "prod")
django_application = get_asgi_application()

# Only now: the app's pages import models, which django.setup() has made ready.
from django_adapter import DjangoOuterDispatcher  # noqa: E402
from reflex_adapter.led import led_application  # noqa: E402
from reflex_adapter.mount import reserved_prefixes  # noqa: E402

__all__ = ["application"]

application = DjangoOuterDispatcher(
    led_application(), reserved=reserved_prefixes(), django=django_application
)
