"""A small project whose handlers and views take as long as a test wants, to be stopped in."""

import os
from pathlib import Path

FOLDER = Path(os.environ["STOPPING_FOLDER"])

SECRET_KEY = "a key for tests of at least fifty characters, which protects nothing"
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "reflex_adapter",
    "tests.stopping",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "tests.stopping.urls"
ASGI_APPLICATION = "tests.stopping.asgi.application"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "db.sqlite3"}}
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"  # needs no table
STATIC_URL = "static/"
STATIC_ROOT = FOLDER / "static"
USE_TZ = True

REFLEX_DJANGO_SOCKET_MAX_PER_VISITOR = 1000
REFLEX_DJANGO_SOCKET_MAX_NEW = 1000
