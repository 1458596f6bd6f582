"""Wait until Vite knows the pages that have just been compiled.

It hears of a new file a moment later, and tells nobody: a page that was loaded before would not
know the new one until it is loaded again.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

from reflex_adapter.dev.vite import HOST

MANIFEST = "@id/__x00__virtual:react-router/browser-manifest"  # React Router's, of all routes
ROUTES = "app/routes/*.jsx"
PATIENCE = 3.0  # seconds
PAUSE = 0.05


def wait_for_routes(web: Path, base: str, port: int) -> None:
    """Return when Vite knows all routes; at once if it does not run, and after a few seconds."""
    names = [file.stem for file in web.glob(ROUTES)]
    deadline = time.monotonic() + PATIENCE
    with suppress(OSError):
        while time.monotonic() < deadline:
            with urlopen(f"http://{HOST}:{port}{base}{MANIFEST}", timeout=PATIENCE) as answer:
                known = answer.read().decode()
            if all(name in known for name in names):
                return
            time.sleep(PAUSE)
