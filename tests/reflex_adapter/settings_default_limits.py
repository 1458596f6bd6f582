"""The tests' settings for a server of its own, all limits being the defaults."""

from tests.settings import *  # noqa: F403

DEBUG = False
REFLEX_DJANGO_SOCKET_MAX_LOG_LINES = 20
