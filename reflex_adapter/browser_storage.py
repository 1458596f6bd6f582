"""What an account left in the browser's own storage: it is overwritten, and not taken back.

The page keeps vars of ``rx.Cookie``, ``rx.LocalStorage`` and ``rx.SessionStorage`` itself, and
sends them whenever it connects. So a reset of the state alone would last until then.
"""

from __future__ import annotations

from typing import Any

from reflex_adapter._reflex import FIELD_MARKER, EventContext, browser_storage, state_classes
from reflex_adapter.kept import kept_names


def forgotten() -> dict[str, dict[str, Any]]:
    """Return the stored vars that are not kept, and their defaults, as an update has them."""
    update = {}
    for state in state_classes():
        stored = browser_storage(state)
        names = stored.keys() - kept_names(state)
        update[state.get_full_name()] = {name + FIELD_MARKER: stored[name] for name in names}
    return {state: values for state, values in update.items() if values}


async def overwrite_storage() -> None:
    """Have the page of the running event store the defaults of all vars that are not kept.

    They go out by themselves: the page stores nothing of an update that begins a page load, and
    strangers, who are not sent all states, must not keep what is in their browser.
    """
    if update := forgotten():
        await EventContext.emit_delta(EventContext.get(), update)


def without_old_account(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of an event by which the page says what it has stored, but for that."""
    if not payload.get("vars"):
        return payload
    old = {f"{state}.{name}" for state, values in forgotten().items() for name in values}
    stored = {n: value for n, value in payload["vars"].items() if full_name(n) not in old}
    return {**payload, "vars": stored}


def full_name(name: str) -> str:
    """Return a var's name as the page has it; Reflex takes it without the ending too."""
    return name.removesuffix(FIELD_MARKER) + FIELD_MARKER
