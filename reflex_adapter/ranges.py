"""A part of a file, as a client may ask for (RFC 9110, section 14): one range of bytes.

What is no single well-formed range is passed over, which the RFC allows, and the answer is whole.
"""

from __future__ import annotations

import re

# More digits than a file has bytes are not worth reading.
SINGLE = re.compile(r"bytes=[ \t]*([0-9]{0,19})-([0-9]{0,19})[ \t]*", re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range begins behind the end."""


def requested_range(header: str | None, size: int) -> range | None:
    """Return which bytes of ``size`` the header ``Range`` asks for, ``None`` for all of them."""
    found = SINGLE.fullmatch(header or "")
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(size - int(last), 0)
    if start >= size:
        raise Unsatisfiable
    return range(start, min(int(last) + 1, size) if first and last else size)


def is_of(if_range: str | None, etag: str, last_modified: str) -> bool:
    """Tell whether the client has a part of this very representation, so far as it says."""
    return if_range is None or if_range.strip() in (etag, last_modified)
