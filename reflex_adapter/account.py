"""Whose a tab's state is: it ends with the login it was made under.

Reflex keeps the state of a tab across page loads. When the account behind the session has
changed, what it holds was somebody else's: it is reset under its lock, before a handler runs or
anything of it is sent, and so is what its vars left in the browser. That is asked before a handler
runs, whenever it yields and when it ends, since it may itself log somebody in or out. What a
visitor did before logging in stays, and so do vars that are declared with ``keeps``.
"""

from __future__ import annotations

from typing import Any

from reflex.event import Event

from reflex_adapter._reflex import EventContext, OnLoadInternalState
from reflex_adapter.browser_storage import overwrite_storage
from reflex_adapter.current import current_event
from reflex_adapter.kept import reset_all, root_of
from reflex_adapter.leading_away import leads_away
from reflex_adapter.logins import account_of
from reflex_adapter.state import AppState


def is_current(app_state: AppState) -> bool:
    """Tell whether the tab's state is that of the event's account."""
    return app_state._account == account_of(current_event().request)


def note_login(app_state: AppState) -> None:
    """Make nobody's state that of who has logged in: what a handler did since then is theirs."""
    app_state._account = app_state._account or account_of(current_event().request)


async def end_other_account(app_state: AppState) -> bool:
    """Reset the tab's state if its account is not the event's; return whether that was so."""
    account = account_of(current_event().request)
    before = app_state._account
    if before == account:
        return False
    if before:
        await reset_all(await root_of(app_state))
        await overwrite_storage()
    app_state._account, app_state._left = account, before or ""
    return bool(before)


async def take_over(app_state: AppState, update: Any = None) -> bool:
    """As ``end_other_account``, and have the page loaded anew if it was somebody else's.

    Unless ``update``, which a handler has yielded or returned, leads to another.
    """
    changed = await end_other_account(app_state)
    if changed and not leads_away(update):
        load = Event.from_event_type(OnLoadInternalState.on_load_internal)
        await EventContext.get().enqueue(*load)
    return changed


async def is_of_another(state: Any, account: str) -> bool:
    """Tell whether the tab's state is not that of ``account``, under which a task runs.

    A guest's is open to all. The task of a guest may go on in the state of who has logged in: by
    which cookie it will find that out, the event of the login has yet to say.
    """
    app_state = await state.get_state(AppState)
    return bool(account and app_state._account not in (None, "", account))


async def was_left_by(state: Any, account: str) -> bool:
    """Tell whether ``account`` was the last to leave the tab's state, and is not back."""
    return bool(account and (await state.get_state(AppState))._left == account)
