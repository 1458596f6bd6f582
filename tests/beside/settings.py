"""A small project that has other applications beside Django and Reflex."""

import os
from pathlib import Path

FOLDER = Path(os.environ["BESIDE_FOLDER"])

SECRET_KEY = "a key for tests of at least fifty characters, which protects nothing"
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "reflex_adapter",
    "tests.beside",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "tests.beside.urls"
ASGI_APPLICATION = "tests.beside.asgi.application"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "db.sqlite3"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_URL = "static/"
STATIC_ROOT = FOLDER / "static"
USE_TZ = True
