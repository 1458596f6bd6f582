"""Django's messages as a tab shows them: from the event that brings them until a later one.

As in a view, what is said before a redirect waits for the page that it leads to.
"""

from __future__ import annotations

import time
from typing import Any

from reflex_adapter._reflex import EventContext
from reflex_adapter.current import current_event
from reflex_adapter.leading_away import leads_away
from reflex_adapter.messages import taken_messages
from reflex_adapter.mirrors import is_shown
from reflex_adapter.state import AppState
from reflex_adapter.updates import updates_of

UNREAD = 0.5  # seconds for which a message is shown at least, if no other comes
CLICK = 0.05  # seconds in which all comes that one click sends


def forget_messages(app_state: AppState, unread: float = UNREAD) -> None:
    """Clear the messages shown before, unless this event belongs to the one that brought them.

    It goes on from that one, or came with it, as by the same click. If it came ``unread`` seconds
    after they were shown, or sooner, its own messages will take their place.
    """
    if not (is_shown("messages") and app_state.shown_messages):
        return
    context, event = EventContext.get(), current_event()
    since, (sent, seen) = updates_of(context).since, app_state._messages_since
    if context.parent_txid is not None or since - sent < CLICK:
        return
    if since - seen > unread:
        app_state.shown_messages = []
    else:
        event.replaces_messages = True


def show_messages(app_state: AppState, answer: Any = None) -> None:
    """Show what waits in Django's storage, unless the handler's ``answer`` leads elsewhere."""
    if not is_shown("messages") or leads_away(answer):
        return
    event = current_event()
    if taken := taken_messages(event.request, beyond=event.messages_shown):
        before = [] if event.replaces_messages else app_state.shown_messages
        app_state.shown_messages = [*before, *taken]
        event.replaces_messages = False
        app_state._messages_since = updates_of(EventContext.get()).since, time.time()
        event.messages_shown += len(taken)
