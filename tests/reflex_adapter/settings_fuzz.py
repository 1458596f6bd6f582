"""The tests' settings for a server of its own, without the limits that would close its sockets."""

from tests.settings import *  # noqa: F403

DEBUG = False
REFLEX_DJANGO_SOCKET_MAX_LOG_LINES = 20  # the default
REFLEX_DJANGO_SOCKET_MAX_MALFORMED = 100_000
REFLEX_DJANGO_SOCKET_MAX_RATE = 100_000
REFLEX_DJANGO_SOCKET_MAX_BURST = 100_000
REFLEX_DJANGO_SOCKET_MAX_QUEUED = 100_000
