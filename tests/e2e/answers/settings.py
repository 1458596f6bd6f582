"""A project with one page, each button of which Django answers in another way."""

import logging
import sys

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, MIDDLEWARE


class OneLine(logging.Formatter):
    """Says whether there was a traceback, and leaves it out."""

    def format(self, record: logging.LogRecord) -> str:
        trace = " +traceback" if record.exc_info else ""
        return f"{record.levelname} {record.name} {record.getMessage()}{trace}"


INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "shop"] + ["tests.e2e.answers"]
MIDDLEWARE = [*MIDDLEWARE, "tests.e2e.answers.middleware.Answers"]
ROOT_URLCONF = "tests.e2e.answers.urls"
REFLEX_DJANGO_SHOW_BUILT_WITH_REFLEX = True
# Under this name, and only for the server itself, the site takes itself for one of https; so the
# Origin of a page that came by http is foreign, as behind a proxy that is not set up.
SECURE_PROXY_SSL_HEADER = ("HTTP_HOST", f"localhost:{sys.argv[-1]}")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"one line": {"()": OneLine}},
    "handlers": {"log": {"class": "logging.StreamHandler", "formatter": "one line"}},
    "root": {"handlers": ["log"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
