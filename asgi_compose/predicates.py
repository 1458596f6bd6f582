"""Questions put to a scope: does this connection go that way?

A predicate answers from the scope alone. It never changes it, waits, or raises on anything that a
client can send. Paths are compared decoded and below ``root_path``, as ``route_path`` has them.
"""

import re
from dataclasses import dataclass, field

from asgi_compose.asgi import Predicate, Scope, header_values, route_path
from asgi_compose.marking import as_written, name_of

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\s/@:\[\].][^\s/@:\[\]]*?)\.?(?P<port>:[0-9]+)?")


@dataclass(frozen=True, repr=False)
class Condition:
    """A predicate that can be read, compared, and combined with ``&``, ``|`` and ``~``.

    The other side of ``&`` and ``|`` may be any callable that takes a scope.
    """

    name: str  # or with {} for each argument, where it is not called as a function
    arguments: tuple[object, ...]
    holds: Predicate = field(compare=False)
    # It holds for the paths that begin with the segments of one of these, and for no others; () if
    # it is not so. None stands for the end of the path.
    literals: tuple[tuple[str | None, ...], ...] = field(default=(), compare=False)

    def __call__(self, scope: Scope) -> bool:
        return self.holds(scope)

    def __and__(self, other: Predicate) -> "Condition":
        return Condition("({} & {})", (self, other), lambda it: self.holds(it) and other(it))

    def __rand__(self, other: Predicate) -> "Condition":
        return Condition("({} & {})", (other, self), lambda it: other(it) and self.holds(it))

    def __or__(self, other: Predicate) -> "Condition":
        return Condition("({} | {})", (self, other), lambda it: self.holds(it) or other(it))

    def __ror__(self, other: Predicate) -> "Condition":
        return Condition("({} | {})", (other, self), lambda it: other(it) or self.holds(it))

    def __invert__(self) -> "Condition":
        return Condition("~{}", (self,), lambda scope: not self.holds(scope))

    def __repr__(self) -> str:
        if "{" in self.name:
            return self.name.format(*map(name_of, self.arguments))
        return as_written(self.name, *self.arguments)


def path_prefix(*prefixes: str) -> Condition:
    """Take every path at or below one of these prefixes.

    Whole segments are compared: ``/_event`` takes ``/_event`` and ``/_event/x``, never
    ``/_eventual``. Slashes around a prefix make no difference. Write a prefix decoded, as ``path``
    is.
    """
    prefixes = tuple(f"/{prefix.strip('/')}" for prefix in prefixes)
    if not prefixes or "/" in prefixes:
        raise ValueError("path_prefix() needs at least one prefix. For every path, use default=.")
    below = tuple(f"{prefix}/" for prefix in prefixes)
    literals = tuple(tuple(prefix.split("/")[1:]) for prefix in prefixes)
    holds = lambda scope: f"{route_path(scope)}/".startswith(below)  # noqa: E731
    return Condition("path_prefix", prefixes, holds, literals)


def path_exact(*paths: str) -> Condition:
    """Take these paths and nothing below them; a slash at the end makes another path.

    ``/`` takes the empty path too, which means the same to HTTP. Write a path decoded.
    """
    if not paths:
        raise ValueError("path_exact() needs at least one path, such as path_exact('/ping').")
    paths = tuple(path if path.startswith("/") else f"/{path}" for path in paths)
    literals = tuple((*path.split("/")[1:], None) for path in paths)
    holds = lambda scope: (route_path(scope) or "/") in paths  # noqa: E731
    return Condition("path_exact", paths, holds, literals)


def path_regex(pattern: str | re.Pattern[str]) -> Condition:
    """Take paths that match the whole of ``pattern``: it is anchored at both ends.

    Clients choose the path, so keep to patterns that do not backtrack; nothing stops one.
    """
    match = re.compile(pattern).fullmatch
    return Condition("path_regex", (pattern,), lambda scope: match(route_path(scope)) is not None)


def scope_type(*types: str) -> Condition:
    """Take connections of these types: ``scope_type("websocket")``."""
    return Condition("scope_type", types, lambda scope: scope["type"] in types)


def header(name: str, *values: str) -> Condition:
    """Take connections with this header, and with one of ``values`` where any are given.

    The case of the name makes no difference, that of a value does. A header sent more than once
    has several values; one value is not split at commas.
    """

    def has_header(scope: Scope) -> bool:
        return any(not values or sent in values for sent in header_values(scope, name))

    return Condition("header", (name, *values), has_header)


def host(*patterns: str) -> Condition:
    """Take connections whose one ``Host`` header is among ``patterns``, in any case.

    The port counts only where the pattern has one. ``*.example.com`` takes every subdomain at any
    depth, and not ``example.com``. An IPv6 address stands in brackets: ``[::1]``.
    """
    wanted = {pattern.lower() for pattern in patterns}
    endings = tuple(pattern[1:] for pattern in wanted if pattern.startswith("*."))

    def has_host(scope: Scope) -> bool:
        # Two hosts are as unreadable as none: a name has no space in it.
        match = _HOST.fullmatch(" ".join(header_values(scope, "host")).lower())
        if match is None:
            return False
        names = {match["name"], match["name"] + (match["port"] or "")}
        return bool(names & wanted) or any(name.endswith(endings) for name in names)

    return Condition("host", patterns, has_host)
