"""Questions put to a scope: does this connection go that way?

A predicate answers from the scope alone. It never changes it, waits, or raises on a path a client
can send.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from asgi_compose.types import Scope


def route_path(scope: Scope) -> str:
    """Return the path that routing decides on: ``path`` below ``root_path``.

    Some servers put ``root_path`` in front of ``path`` and some do not, so it is taken off only
    where it is there, as whole segments.
    """
    path: str = scope["path"]
    root = (scope.get("root_path") or "").rstrip("/")
    if root and f"{path}/".startswith(f"{root}/"):
        return path[len(root) :]
    return path


@dataclass(frozen=True)
class PathPrefix:
    """What ``path_prefix()`` makes: true for paths at or below one of ``prefixes``."""

    prefixes: tuple[str, ...]
    _below: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_below", tuple(f"{prefix}/" for prefix in self.prefixes))

    def __call__(self, scope: Scope) -> bool:
        return f"{route_path(scope)}/".startswith(self._below)

    def __repr__(self) -> str:
        return f"path_prefix({', '.join(map(repr, self.prefixes))})"


def path_prefix(*prefixes: str) -> PathPrefix:
    """Take every path at or below one of these prefixes.

    Whole segments are compared: ``/_event`` takes ``/_event`` and ``/_event/x``, never
    ``/_eventual``. Slashes around a prefix make no difference. Write a prefix decoded, as ``path``
    is.
    """
    if not prefixes:
        raise ValueError("path_prefix() needs at least one prefix, such as path_prefix('/api').")
    return PathPrefix(tuple(map(_with_one_slash, prefixes)))


def _with_one_slash(prefix: str) -> str:
    segments = prefix.strip("/")
    if not segments:
        raise ValueError(
            f"path_prefix({prefix!r}) would take every path: "
            "give the application to the dispatcher as default= instead."
        )
    return f"/{segments}"
