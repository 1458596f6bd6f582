"""Settings of the shop: those of ``startproject``, two apps, two languages, paths for tests."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# Good for a demo on your own machine and for nothing else: a real site keeps its key to itself.
SECRET_KEY = "django-insecure-the-shop-is-a-demo"

# Off, as on a real site; SHOP_DEBUG=1 shows Django's yellow error pages.
DEBUG = os.environ.get("SHOP_DEBUG", "0") == "1"

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "reflex_adapter",
    "shop",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
LOGIN_URL = "admin:login"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DATABASE", BASE_DIR / "db.sqlite3"),
        # Events write sessions from several threads. SQLite waits for a lock only when a
        # transaction asks for it at its start, and readers wait for nobody in WAL mode.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True

# A visitor gets the one their browser prefers, until they choose on a page.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("SHOP_STATIC_ROOT", BASE_DIR / "staticfiles"))

# What staff upload: photos of the products.
MEDIA_URL = "media/"
MEDIA_ROOT = Path(os.environ.get("SHOP_MEDIA_ROOT", BASE_DIR / "media"))
