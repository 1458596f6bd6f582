"""The path of the app in what is built: a place holder, until it is known where the app is served.

Scripts and styles are made to find their neighbours by themselves, so that they are the same bytes
wherever they are served. Pages cannot, and keep the place holder: `files.py` fills it in when it
reads the build. So one build works under any ``mount_prefix``. Loads no Reflex.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

NAME = "__own_path__"  # a folder that no project has
PLACE_HOLDER = f"/{NAME}"
IN_PAGE = re.compile(rb"/__own_path__(?:/|\b)")
IN_SCRIPT = re.compile(rf"""([`"']){PLACE_HOLDER}(/[^`"'$\\]*)?\1""")
IN_STYLE = re.compile(rf"{PLACE_HOLDER}/")

_building: ContextVar[bool] = ContextVar("building", default=False)


@contextmanager
def building() -> Iterator[None]:
    """Give the app the place holder for its path, in this context."""
    token = _building.set(True)
    try:
        yield
    finally:
        _building.reset(token)


def path_of_app(mount_prefix: str) -> str:
    """Return the path that Reflex is to compile into the app, or to serve it at."""
    return NAME if _building.get() else mount_prefix.strip("/")


def fill_in(page: bytes, mount_prefix: str) -> bytes:
    """Return a page as it is served below ``mount_prefix``."""
    prefix = mount_prefix.rstrip("/").encode()

    def path(found: re.Match[bytes]) -> bytes:
        return prefix + b"/" if found[0].endswith(b"/") else prefix or b"/"

    return IN_PAGE.sub(path, page)


def make_movable(bundle: Path) -> None:
    """Have the scripts and styles of a bundle find the app's path by their own addresses.

    Raises ``RuntimeError`` where one names it in an unknown way.
    """
    for file in bundle.rglob("*.js"):
        rewrite(file, IN_SCRIPT, rf'({from_script(bundle, file)}+"\2")')
    for file in bundle.rglob("*.css"):
        rewrite(file, IN_STYLE, to_root(bundle, file))


def from_script(bundle: Path, file: Path) -> str:
    """Return the expression for the app's path, without a slash at its end, in a module."""
    return f'new URL("{to_root(bundle, file)}",import.meta.url).pathname.slice(0,-1)'


def to_root(bundle: Path, file: Path) -> str:
    return os.path.relpath(bundle, file.parent).replace(os.sep, "/") + "/"


def rewrite(file: Path, pattern: re.Pattern[str], replacement: str) -> None:
    text = file.read_text(encoding="utf-8")
    if NAME not in text:
        return
    text = pattern.sub(replacement, text)
    if NAME in text:
        raise RuntimeError(
            f"The page would not find its files: {file.name} names them in an unknown way. "
            "Is this Reflex supported?"
        )
    file.write_text(text, encoding="utf-8")
