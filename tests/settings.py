"""The shop's settings, with a database that several threads can open.

Handlers and hooks run in threads, each with a connection of its own, and a SQLite database in
memory belongs to one connection. The folder is new for each run, so that runs can overlap.
"""

import atexit
import shutil
import tempfile

from config.settings import *  # noqa: F403
from config.settings import DATABASES, INSTALLED_APPS

_folder = tempfile.mkdtemp(prefix="asgi-compose-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

DATABASES["default"] |= {
    "NAME": f"{_folder}/never-used.sqlite3",
    "TEST": {"NAME": f"{_folder}/test.sqlite3"},
}
STATIC_ROOT = f"{_folder}/static"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; nothing to protect
INSTALLED_APPS = [*INSTALLED_APPS, "tests.probe"]
