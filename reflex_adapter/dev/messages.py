"""What a child tells the command that has started it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Booted:
    """It could serve: the app at the path ``base``, or a failure."""

    web: str = ""  # the folder of the compiled pages
    base: str = "/"
    failure: str | None = None  # why it can show nothing but that
    hopeless: bool = False  # whether no change of a file would help


@dataclass(frozen=True)
class Serving:
    """It takes connections."""


@dataclass(frozen=True)
class Leaving:
    """It closes its sockets, and ends in a moment; with 3 because a file has changed."""

    code: int
