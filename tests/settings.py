"""The shop's settings, with a database that several threads can open.

Handlers and hooks run in threads, each with a connection of its own, and a SQLite database in
memory belongs to one connection. The folder is new for each run, so that runs can overlap.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE

_folder = Path(tempfile.mkdtemp(prefix="asgi-compose-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["REFLEX_STATES_WORKDIR"] = str(_folder / "states")  # read when Reflex is imported
os.environ["REFLEX_UPLOADED_FILES_DIR"] = str(_folder / "uploaded_files")  # made even if unused

DATABASES["default"] |= {
    "NAME": f"{_folder}/never-used.sqlite3",
    "TEST": {"NAME": f"{_folder}/test.sqlite3"},
}
STATIC_ROOT = _folder / "static"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; nothing to protect
INSTALLED_APPS = [*INSTALLED_APPS, "tests.probe"]
MEDIA_ROOT = _folder / "media"

# Tests of languages turn them on, and have more than the shop.
MIDDLEWARE = [name for name in MIDDLEWARE if name != "django.middleware.locale.LocaleMiddleware"]
LANGUAGES = [(code, code) for code in ("en", "de", "es", "fr", "nl", "pl")]

REFLEX_DJANGO_SOCKET_MAX_LOG_LINES = 10_000  # many tests send what is to be logged
REFLEX_DJANGO_SOCKET_MAX_NEW_VISITORS = 10_000  # all of them from one address
