"""Vars that outlive the account of their tab, and the reset of all others.

What belongs to the browser rather than to who is logged in, such as a colour scheme, is declared
on its state class. Everything that is not declared is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import reflex as rx

from reflex_adapter._reflex import leave_shared_states, load_all_states, own_fields

State = TypeVar("State", bound=type[rx.State])

_kept: dict[type, frozenset[str]] = {}


def keeps(*names: str) -> Callable[[State], State]:
    """Let these vars of the decorated state class keep their values when the account changes.

    They are vars, backend vars (``_name``) included, that the class itself declares or has from a
    mixin: those of a class below it, or above, are for that class to declare. Raises ``TypeError``
    for anything else.
    """

    def declare(state: State) -> State:
        own = own_fields(state) if issubclass(state, rx.State) else {}
        unknown = sorted(set(names) - own.keys())
        if unknown or not names:
            raise TypeError(
                f"@keeps({', '.join(map(repr, names))}) on {state.__name__}: name vars that this "
                f"class itself declares{f'; {unknown[0]!r} is none' if unknown else ''}."
            )
        _kept[state] = frozenset(names)
        return state

    return declare


def kept_names(state: type[rx.State]) -> frozenset[str]:
    return _kept.get(state, frozenset())


async def reset_all(root: rx.State) -> None:
    """Reset the states of a tab, whose lock is held, but for vars that are kept.

    Shared states belong to others too: the tab leaves them, and they stay as they are.
    """
    await leave_shared_states(root)
    await load_all_states(root)
    kept = [(s, name, getattr(s, name)) for s in tree(root) for name in kept_names(type(s))]
    kept.append((root, "is_hydrated", root.is_hydrated))
    root.reset()
    for state, name, value in kept:
        setattr(state, name, value)


def tree(state: Any) -> Iterator[Any]:
    yield state
    for substate in state.substates.values():
        yield from tree(substate)
