"""A project that uses all the middleware at once, each where its documentation says to put it."""

import atexit
import shutil
import tempfile
from pathlib import Path

from csp.constants import NONCE, SELF

HERE = Path(__file__).resolve().parent
_folder = Path(tempfile.mkdtemp(prefix="third-party-tests-"))  # new for each run: they can overlap
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

SECRET_KEY = "these-tests-have-nothing-to-hide"
ALLOWED_HOSTS = ["testserver"]
INTERNAL_IPS = ["127.0.0.1", "192.0.2.7"]  # httpx's transport, and the scopes of tests/conftest.py
ROOT_URLCONF = "tests.django_adapter.third_party.project.urls"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "corsheaders",
    "csp",
    "debug_toolbar",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_static",
    "servestatic",
    "simple_history",
    "tests.django_adapter.third_party.project",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "debug_toolbar.middleware.DebugToolbarMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

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

# Hooks and views run in threads, each with a connection of its own; see tests/settings.py.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{_folder}/never-used.sqlite3",
        "TEST": {"NAME": f"{_folder}/test.sqlite3"},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HERE / "static"

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; nothing to protect
LOGIN_REDIRECT_URL = "/welcome/"
OTP_LOGIN_URL = "/second-factor/"

CORS_ALLOWED_ORIGINS = ["https://friend.example"]
CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"default-src": [SELF, NONCE]}}
DEBUG_TOOLBAR_CONFIG = {"IS_RUNNING_TESTS": False}
