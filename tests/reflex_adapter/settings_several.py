"""The tests' settings for several processes that share a database, and a Redis."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DEBUG = False
DATABASES["default"]["NAME"] = os.environ["SHOP_DATABASE"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"reflex_adapter": {"handlers": ["console"], "level": "INFO"}},
}
REFLEX_DJANGO_REVALIDATE_SECONDS = 300  # so that nothing here is found by asking only
