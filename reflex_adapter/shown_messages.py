"""Django's messages as a tab shows them: until the next event that is not of the same chain."""

from __future__ import annotations

from reflex_adapter._reflex import EventContext
from reflex_adapter.current import current_event
from reflex_adapter.messages import taken_messages
from reflex_adapter.mirrors import is_shown
from reflex_adapter.state import AppState


def forget_messages(app_state: AppState) -> None:
    """Clear the messages shown before, unless this event goes on from the one that brought them."""
    if is_shown("messages") and EventContext.get().parent_txid is None and app_state.shown_messages:
        app_state.shown_messages = []


def show_messages(app_state: AppState) -> None:
    """Show what waits in Django's storage."""
    if is_shown("messages") and (taken := taken_messages(current_event().request)):
        app_state.shown_messages = [*app_state.shown_messages, *taken]
