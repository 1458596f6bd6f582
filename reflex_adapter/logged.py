"""A note on an exception that it stands in the log already, for whoever meets it later."""

from __future__ import annotations

NOTE = "_reflex_adapter_logged"


def logged(error: Exception) -> None:
    vars(error)[NOTE] = True


def is_logged(error: Exception) -> bool:
    return NOTE in vars(error)
