"""The tests' settings for a server of its own, all limits but that of coming back the defaults."""

from tests.settings import *  # noqa: F403

DEBUG = False
REFLEX_DJANGO_SOCKET_MAX_LOG_LINES = 20
REFLEX_DJANGO_SOCKET_MAX_NEW = 100_000  # who breaks the others comes back a hundred times a minute
