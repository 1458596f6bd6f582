"""The site's HTTP is served on the compiled chain, or as the setting says by Django's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fresh import completed

WHAT_SERVES = """
import sys; sys.path.insert(0, {folder!r})
from reflex_adapter import asgi_entry
kind = type(asgi_entry.django_application)
print(kind.__module__, kind.__qualname__)
"""


@pytest.mark.parametrize(
    ("compiled", "handler"),
    [
        (True, "django_adapter.http ASGIHandler"),
        (False, "django.core.handlers.asgi ASGIHandler"),
    ],
)
def test_what_serves_http(tmp_path: Path, compiled: bool, handler: str) -> None:
    settings = f"from config.settings import *\nDJANGO_ADAPTER_COMPILED_CHAIN = {compiled}\n"
    (tmp_path / "chain_settings.py").write_text(settings)
    script = WHAT_SERVES.format(folder=str(tmp_path))
    database = str(tmp_path / "db.sqlite3")
    done = completed(script, DJANGO_SETTINGS_MODULE="chain_settings", SHOP_DATABASE=database)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[0] == handler
