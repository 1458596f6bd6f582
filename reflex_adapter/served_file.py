"""A file of the build as it is served, in the codings there are of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reflex_adapter.codings import IDENTITY
from reflex_adapter.nonces import parts_of
from reflex_adapter.page_tags import sections_of


@dataclass(frozen=True)
class Variant:
    """A file as it is sent in one coding. ``content`` is ``None`` where it is read when needed."""

    path: Path
    size: int
    etag: str
    content: bytes | None


@dataclass(frozen=True)
class ServedFile:
    """A file of the build, and all that its answers have in common."""

    is_page: bool
    content_type: str
    cache_control: str
    modified: int
    variants: dict[str, Variant]  # by coding, the smallest first

    @property
    def plain(self) -> Variant:
        return self.variants[IDENTITY]

    @cached_property
    def parts(self) -> list[bytes]:
        """The page, cut where a nonce belongs."""
        return parts_of(self.read())

    @cached_property
    def sections(self) -> list[list[bytes]]:
        """The same, of what is up to the end of its head, to that of its body, and behind it."""
        return [parts_of(section) for section in sections_of(self.read())]

    def read(self) -> bytes:
        return self.plain.content or self.plain.path.read_bytes()


def in_memory(path: Path, content: bytes) -> Variant:
    """Return a variant that is not as it is on disk."""
    return Variant(path, len(content), etag_of(hashlib.sha256(content).hexdigest()), content)


def etag_of(digest: str) -> str:
    return f'"{digest[:32]}"'
