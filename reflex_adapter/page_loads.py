"""The events of Reflex's own that fill a page: for its visitor alone, and for whom it is open."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import reflex as rx

from reflex_adapter._reflex import OnLoadInternalState, route_of_load
from reflex_adapter.account import end_other_account
from reflex_adapter.browser_storage import without_old_account
from reflex_adapter.calling import called_at_once
from reflex_adapter.current import current_event
from reflex_adapter.guarded_states import refused
from reflex_adapter.page_guards import guards_of_route, is_any_guarded
from reflex_adapter.refresh import refresh_mirrors
from reflex_adapter.shown_messages import forget_messages, show_messages
from reflex_adapter.state import AppState

PAGE_LOADS = (rx.State, OnLoadInternalState)


def page_load_handler(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return one of Reflex's own functions, what belonged to another page or account forgotten."""

    @functools.wraps(function)
    async def handle(state: Any, **payload: Any) -> Any:
        if await page_refused(state):
            return None
        app_state = await state.get_state(AppState)
        if await end_other_account(app_state):
            payload = without_old_account(payload)
        forget_messages(app_state, unread=0)
        show_messages(app_state)
        await refresh_mirrors(app_state)
        return await called_at_once(function, state, **payload)

    return handle


async def page_refused(state: Any) -> bool:
    """Tell whether the visitor must not have the page whose ``on_load`` handlers would run.

    Raises ``PermissionDenied`` for who is not allowed whatever the login.
    """
    if not is_any_guarded():
        return False
    guards = guards_of_route(route_of_load(state.router.url.path))
    return await refused(guards, current_event())
