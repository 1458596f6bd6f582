"""Which of a file's precompressed variants a client takes (RFC 9110, section 12.5.3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

IDENTITY = "identity"
GZIP = "gzip"
CODINGS = {".br": "br", ".gz": GZIP, ".zst": "zstd"}  # by the suffix that Reflex gives them

QUALITY = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)

LONGEST = 256  # characters of a header that is remembered; no browser's is as long


def best_coding(accept: str, available: Sequence[str]) -> str:
    """Return the best of ``available``, which are in order of preference, or ``identity``.

    A client that names neither ``identity`` nor ``*`` prefers whatever it names.
    """
    wanted = known_qualities(accept) if len(accept) <= LONGEST else qualities(accept)
    rest = wanted.get("*", 0.0)
    best, quality = IDENTITY, wanted.get(IDENTITY, 0.0)
    for coding in reversed(available):  # so that of equals the first one is left
        if (of_this := wanted.get(coding, rest)) > 0 and of_this >= quality:
            best, quality = coding, of_this
    return best


def qualities(accept: str) -> dict[str, float]:
    """Return what the header ``Accept-Encoding`` says of each coding; nonsense is a refusal."""
    found: dict[str, float] = {}
    for item in accept.split(","):
        coding, *parameters = (part.strip() for part in item.split(";"))
        if coding:
            found.setdefault(coding.lower(), quality_of(parameters))
    return found


known_qualities = lru_cache(maxsize=64)(qualities)  # browsers send only a few


def quality_of(parameters: Sequence[str]) -> float:
    if not parameters:
        return 1.0
    quality = QUALITY.fullmatch(parameters[0])
    return float(quality[1]) if quality else 0.0
