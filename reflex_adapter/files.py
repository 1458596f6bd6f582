"""The index of a build: every file that may be served, by the exact paths it is served at.

Made by walking the build once. What is not in it is not served, whatever a path may look like:
nothing here ever makes a file's name out of a path. Hidden files, symbolic links, source maps (if
not allowed) and what is no regular file are left out.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reflex_adapter.codings import CODINGS, GZIP, IDENTITY
from reflex_adapter.own_path import fill_in
from reflex_adapter.routes import Routes, routes_of
from reflex_adapter.served_file import ServedFile, Variant, etag_of, in_memory

# React Router's, for paths without a page of their own.
SHELLS = ("404.html", "__spa-fallback.html")
SOURCE_MAP = ".map"
KEPT_FILE = 1024 * 1024  # bytes; what is larger is read from disk each time
KEPT_BUILD = 64 * 1024 * 1024  # bytes; what comes after so many of them too

# Vite's hash, and React Router's. A word of eight small letters, in a name that a project gave,
# is none; the rare hash that looks so is asked for again, which is harmless.
HASHED = re.compile(r"(?:.*/)?assets/(?:.*/)?[^/]*-(?![a-z]{8}\.)[A-Za-z0-9_-]{8}\.[^/]+")
FOREVER = "public, max-age=31536000, immutable"  # RFC 8246
REVALIDATE = "no-cache"
PAGE = "private, no-cache"  # a page brings its visitor a cookie, and policies of one request


@dataclass(frozen=True)
class Build:
    """The files of a build by their paths, its shell, and the routes that its pages have."""

    files: dict[str, ServedFile]
    shell: ServedFile | None
    routes: Routes


def index(root: Path, *, source_maps: bool, mount_prefix: str = "/") -> Build:
    """Read the build in ``root``, as it is served below ``mount_prefix``.

    Where there is none, it has no shell.
    """
    found = {
        name: status
        for name, status in regular_files(root)
        if source_maps or not name.removesuffix(coding_suffix(name)).endswith(SOURCE_MAP)
    }
    reader = Reader(root, found, mount_prefix)
    files = {name: reader.served(name) for name in sorted(found) if not reader.is_variant(name)}
    shells = [files.pop(name) for name in SHELLS if name in files]
    shell = shells[0] if shells else files.get("index.html")
    return Build({**pages(files), **files}, shell, routes_of(root))


def has_shell(root: Path) -> bool:
    """Tell whether there is a build in ``root``, without reading it."""
    return any((root / name).is_file() for name in (*SHELLS, "index.html"))


def regular_files(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Return the names below ``root``, with ``/`` between folders, of what may be served."""
    for folder, folders, names in os.walk(root):  # follows no symbolic link
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode) and not name.startswith("."):
                yield os.path.relpath(path, root).replace(os.sep, "/"), status


def pages(files: dict[str, ServedFile]) -> dict[str, ServedFile]:
    """Return the prerendered pages by their paths, with a slash behind and without."""
    html = [name for name in files if is_page(name)]
    by_folder = {name.removesuffix("index.html"): name for name in html if is_index(name)}
    by_name = {name.removesuffix(".html"): name for name in html if not is_index(name)}
    by_path = {**{path.rstrip("/"): name for path, name in by_folder.items()}, **by_name}
    slashed = {f"{path}/": name for path, name in by_path.items() if path}
    return {path: files[name] for path, name in {**by_path, **slashed}.items()}


def is_index(name: str) -> bool:
    return f"/{name}".endswith("/index.html")


def coding_suffix(name: str) -> str:
    return next((suffix for suffix in CODINGS if name.endswith(suffix)), "")


class Reader:
    """Reads the files of one build, and keeps as many of them in memory as may be kept."""

    def __init__(self, root: Path, found: dict[str, os.stat_result], mount_prefix: str) -> None:
        self._root, self._found, self._mount_prefix = root, found, mount_prefix
        self._left = KEPT_BUILD

    def is_variant(self, name: str) -> bool:
        suffix = coding_suffix(name)
        return bool(suffix) and name.removesuffix(suffix) in self._found

    def served(self, name: str) -> ServedFile:
        names = {IDENTITY: name, **{coding: name + end for end, coding in CODINGS.items()}}
        variants = {c: self.variant(n) for c, n in names.items() if n in self._found}
        if is_page(name):
            variants = self.at_its_path(name, variants)
        by_size = sorted(variants.items(), key=lambda item: item[1].size)
        return ServedFile(
            is_page(name),
            content_type(name),
            cache_control(name),
            int(self._found[name].st_mtime),
            dict(by_size),
        )

    def variant(self, name: str) -> Variant:
        path = self._root / name
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            content = None
            if size <= min(KEPT_FILE, self._left):
                file.seek(0)
                content = file.read()
                self._left -= size
        return Variant(path, size, etag_of(digest), content)

    def at_its_path(self, name: str, variants: dict[str, Variant]) -> dict[str, Variant]:
        """Return the variants of a page, as anew where the build left its path open.

        These are in memory, whatever their size.
        """
        page = (self._root / name).read_bytes()
        placed = fill_in(page, self._mount_prefix)
        if placed == page:
            return variants
        contents = {IDENTITY: placed}
        if GZIP in variants:
            contents[GZIP] = gzip.compress(placed, mtime=0)
        return {c: in_memory(self._root / name, content) for c, content in contents.items()}


def is_page(name: str) -> bool:
    return name.endswith(".html")


def cache_control(name: str) -> str:
    if is_page(name):
        return PAGE
    return FOREVER if HASHED.fullmatch(name) else REVALIDATE


def content_type(name: str) -> str:
    guessed, encoding = mimetypes.guess_type(name)
    if guessed is None or encoding is not None:  # a compressed file is no page
        return "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed
