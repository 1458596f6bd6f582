"""What a page says of where it is: a claim that grants nothing, and that must make sense.

Reflex finds the route of an event by ``pathname``, and Django's middleware judges ``asPath``. So
they must name the same page, as they do wherever a browser says them.
"""

from __future__ import annotations

import functools
import re
from typing import Any

CLAIMS = {"pathname": str, "asPath": str, "query": dict}
LONGEST = 16 * 1024  # characters: no server here takes a longer URL with its other headers
MOST_PARAMETERS = 1000  # as Django's DATA_UPLOAD_MAX_NUMBER_FIELDS, which has counted them before

# Path and rest of a URL as browsers have it: with the path absolute, control characters encoded
# and dot segments resolved, encoded ones too (URL standard, "path state"). No page has NUL in it.
PLACE = re.compile(
    r"(?P<path>/(?!/)(?:(?!%00)[^\\?#\0-\x1f\x7f])*)(?:[?#][^\0-\x1f\x7f]*)?", re.DOTALL
)
DOT_SEGMENT = re.compile(r"/(?:\.|%2e){1,2}(?:/|\Z)", re.IGNORECASE)


def are_claims(claims: Any) -> bool:
    """Tell whether ``claims`` are what some page says; what is unknown does not matter."""
    if not isinstance(claims, dict):
        return False
    page, query = claims.get("asPath", "/"), claims.get("query", {})
    path = path_of(page) if isinstance(page, str) else None
    return path is not None and claims.get("pathname", path) == path and are_parameters(query)


def path_of(page: str) -> str | None:
    """Return the path of a page's URL as it is written there; ``None`` if no page has it."""
    return path_in(page) if len(page) <= LONGEST else None


@functools.lru_cache(128)  # not of longer claims, which may be as long as a message
def path_in(page: str) -> str | None:
    place = PLACE.fullmatch(page)
    if place is None or DOT_SEGMENT.search(place["path"]):
        return None
    return place["path"]


def are_parameters(query: Any) -> bool:
    """Tell whether these may be the parameters of a URL's query and of its route.

    They need not be those of ``asPath``: one of the route goes before one of the same name.
    """
    if not isinstance(query, dict) or len(query) > MOST_PARAMETERS:
        return False
    return all(isinstance(value, str) or is_splat(value) for value in query.values())


def is_splat(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def forget_unknown_claims(claims: dict[str, Any]) -> bool:
    """Remove what a page does not say of where it is; return whether there was any."""
    unknown = claims.keys() - CLAIMS.keys()
    for key in unknown:
        del claims[key]
    return bool(unknown)
