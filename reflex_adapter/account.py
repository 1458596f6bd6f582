"""Whose a tab's state is: it ends with the login it was made under.

Reflex keeps the state of a tab across page loads. When the account behind the session has
changed, what it holds was somebody else's: it is reset under its lock, before a handler runs or
anything of it is sent, and so is what its vars left in the browser. What a visitor did before
logging in stays, and so do vars that are declared with ``keeps``.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.event import Event

from reflex_adapter._reflex import EventContext, OnLoadInternalState
from reflex_adapter.browser_storage import overwrite_storage
from reflex_adapter.current import current_event
from reflex_adapter.kept import reset_all
from reflex_adapter.logins import account_of
from reflex_adapter.state import AppState


async def end_other_account(app_state: AppState) -> bool:
    """Reset the tab's state if its account is not the event's; return whether that was so."""
    account = account_of(current_event().request)
    before = app_state._account
    if before == account:
        return False
    if before:
        root = await app_state.get_state(rx.State)
        await reset_all(getattr(root, "__wrapped__", root))  # a background handler has proxies
        await overwrite_storage()
    app_state._account = account
    return bool(before)


async def take_over(app_state: AppState) -> bool:
    """As ``end_other_account``, and have the page loaded anew if it was somebody else's."""
    changed = await end_other_account(app_state)
    if changed:
        load = Event.from_event_type(OnLoadInternalState.on_load_internal)
        await EventContext.get().enqueue(*load)
    return changed


async def begin_for_account(state: Any) -> bool:
    """As ``take_over``, for any state of the tab."""
    return await take_over(await state.get_state(AppState))


async def is_of_another(state: Any, account: str) -> bool:
    """Tell whether the tab's state was made under another account; a guest's is open to all."""
    app_state = await state.get_state(AppState)
    return app_state._account not in (None, "", account)


async def was_left_by(state: Any, account: str) -> bool:
    """Tell whether a handler has ended the login of ``account``, as the next event will find."""
    app_state = await state.get_state(AppState)
    viewer = app_state._viewer
    return bool(account and viewer and viewer[0] not in (app_state._account, account))
