"""Whether another site has the browser ask for something, by what the browser itself says of it.

Vite's modules are the project's source, and some of its paths do something when they are asked for:
its own port is not for other sites, and ours, which leads to it, is not either.
"""

from __future__ import annotations

from collections.abc import Mapping

from asgi_compose import Scope
from django_adapter.origin import is_trusted


def is_foreign(headers: Mapping[str, str]) -> bool:
    """Tell whether a page of another site asks, not to go there, and from no trusted origin.

    The names of ``headers`` are in small letters, or found in any. Who is no browser is not
    foreign: it acts for nobody.
    """
    if headers.get("sec-fetch-site") != "cross-site" or headers.get("sec-fetch-mode") == "navigate":
        return False
    return not is_trusted(headers.get("origin", ""))


def headers_of(scope: Scope) -> dict[str, str]:
    pairs = scope["headers"]
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}
