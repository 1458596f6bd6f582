"""Vars that outlive the account of their tab, the reset of all others, and of what is computed.

What belongs to the browser rather than to who is logged in, such as a colour scheme, is declared
on its state class. Everything that is not declared is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import reflex as rx

from reflex_adapter._reflex import (
    forget_computed,
    leave_shared_states,
    load_all_states,
    own_fields,
)

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


async def root_of(state: rx.State) -> rx.State:
    """Return the root of a tab's states; a background handler has proxies of them."""
    root = await state.get_state(rx.State)
    itself: rx.State = getattr(root, "__wrapped__", root)
    return itself


async def reset_all(root: rx.State) -> None:
    """Reset the states of a tab, whose lock is held, but for vars that are kept.

    Shared states belong to others too: the tab leaves them, and they stay as they are.
    """
    await leave_shared_states(root)
    await load_all_states(root)
    kept = [(s, name, getattr(s, name)) for s in tree(root) for name in kept_names(type(s))]
    kept.append((root, "is_hydrated", root.is_hydrated))
    root.reset()
    forget_all_computed(root)
    for state, name, value in kept:
        setattr(state, name, value)


async def compute_anew(root: rx.State) -> None:
    """Have all cached vars of a tab, whose lock is held, be computed anew."""
    await load_all_states(root)
    forget_all_computed(root)


def forget_all_computed(root: rx.State) -> None:
    """Forget all cached vars of the states that are loaded.

    What one of them depends on besides vars, such as the language, Reflex does not see.
    """
    for state in tree(root):
        forget_computed(state)


def tree(state: Any) -> Iterator[Any]:
    yield state
    for substate in state.substates.values():
        yield from tree(substate)
