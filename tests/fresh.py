"""Run a script in a Python of its own: what an import does, only a fresh interpreter can show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHOP = ROOT / "examples" / "shop"
PACKAGES = ("asgi_compose", "django_adapter", "reflex_adapter")


def completed(script: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``script`` where the packages and the shop can be imported, and return how it ended."""
    paths = os.pathsep.join(map(str, (ROOT, SHOP)))
    shop = {"PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment = {**os.environ, **shop, **variables}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def printed(script: str, cwd: Path = ROOT, **variables: str) -> str:
    """Return what ``script`` prints; it is to succeed."""
    done = completed(script, cwd, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout
