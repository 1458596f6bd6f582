"""The shop with its pages below ``/app``."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.e2e.urls_below_app"
LOGIN_REDIRECT_URL = "/app/"
