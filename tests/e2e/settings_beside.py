"""The shop with another application beside it."""

from config.settings import *  # noqa: F403

ASGI_APPLICATION = "tests.e2e.asgi_beside.application"
