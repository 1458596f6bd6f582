"""Whose a tab's state is: it ends with the login it was made under.

Reflex keeps the state of a tab across page loads. When the account behind the session has
changed, what it holds was somebody else's: it is reset under its lock, before a handler runs or
anything of it is sent. What a visitor did before logging in stays.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from django.http import HttpRequest

from reflex_adapter.current import current_event
from reflex_adapter.state import AppState


async def end_other_account(app_state: AppState) -> bool:
    """Reset the tab's state if its account is not the event's; return whether that was so."""
    account = account_of(current_event().request)
    before = app_state._account
    if before == account:
        return False
    if before:
        await reset(app_state)
    app_state._account = account
    return bool(before)


async def is_of_another(state: Any, account: str) -> bool:
    """Tell whether the tab's state was made under another account; a guest's is open to all."""
    app_state = await state.get_state(AppState)
    return app_state._account not in (None, "", account)


async def was_left_by(state: Any, account: str) -> bool:
    """Tell whether a handler has ended the login of ``account``, as the next event will find."""
    app_state = await state.get_state(AppState)
    viewer = app_state._viewer
    return bool(account and viewer and viewer[0] not in (app_state._account, account))


def account_of(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return "" if user is None or user.pk is None else str(user.pk)


async def reset(state: Any) -> None:
    root = await state.get_state(rx.State)
    hydrated = root.is_hydrated
    root.reset()
    root.is_hydrated = hydrated
