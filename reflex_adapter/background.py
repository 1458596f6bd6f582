"""A background handler, which is no view: it outlives its request, but not the login behind it.

Its chain is complete before it starts. What it finds of the request is a snapshot; whose it is, is
asked anew each time it enters ``async with self``.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any, NoReturn

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from django_adapter.identity import set_user
from reflex_adapter._reflex import forget_entering
from reflex_adapter.account import is_of_another, was_left_by
from reflex_adapter.calling import is_generator, yielded_at_once
from reflex_adapter.connection import Connection
from reflex_adapter.current import current_event
from reflex_adapter.finished import FinishedSession
from reflex_adapter.logins import ReadOnlySession, account_of
from reflex_adapter.watched import watched

User = AbstractBaseUser | AnonymousUser


class AccountChanged(RuntimeError):
    """The account under which a background task was started has logged out, or is another now."""

    def __init__(self) -> None:
        super().__init__(
            "The login under which this background task was started has ended, and the state is "
            "no longer its own. Let this exception end the task."
        )


class TaskAccount:
    """The account a background task runs for.

    A task that a guest started goes on when the guest logs in, as the guest's state does.
    """

    def __init__(self, request: HttpRequest, connection: Connection) -> None:
        self._request = request
        self._connection = connection
        self._account = account_of(request)
        self._over = False

    async def before_entering(self) -> None:
        """Resolve the user anew, at the cost of a hop, which no state lock must wait for.

        Raises ``AccountChanged`` where it is no longer the one the task was started by.
        """
        if self._over:
            raise AccountChanged
        if comes_by_session(self._request):
            fresh = sync_to_async(fresh_user, thread_sensitive=True)
            set_user(self._request, await fresh(self._request, self._connection.session_cookie))
        account = account_of(self._request)
        if self._account not in ("", account):
            self._give_up()
        self._account = account

    async def when_entered(self, state: Any) -> None:
        """Raise ``AccountChanged`` where the state has become somebody else's meanwhile."""
        if await is_of_another(state, self._account):
            self._give_up()
        await self.when_begun(state)

    async def when_begun(self, state: Any) -> None:
        """Raise ``AccountChanged`` where the login has ended while the task waited for the lock."""
        if await was_left_by(state, self._account):
            self._give_up()

    async def when_ended(self) -> None:
        """Let what Reflex still computes be for nobody, if the login has ended."""
        with suppress(AccountChanged):
            await self.before_entering()

    def _give_up(self) -> NoReturn:
        self._over = True
        set_user(self._request, AnonymousUser())
        if hasattr(self._request, "session"):
            self._request.session = FinishedSession(SessionBase())
        raise AccountChanged


def comes_by_session(request: HttpRequest) -> bool:
    """Tell whether asking the session again can tell more of the user than the request does."""
    session, user = getattr(request, "session", None), getattr(request, "user", None)
    if not isinstance(session, FinishedSession) or user is None:
        return False
    return SESSION_KEY in session or not user.is_authenticated


def fresh_user(request: Any, session_key: str | None) -> User:
    now = copy.copy(request)
    now.session = ReadOnlySession(request.session.stored(session_key))
    return get_user(now)


def in_background(
    function: Callable[..., Any], account: TaskAccount, begin: Callable[[Any], Awaitable[object]]
) -> Callable[..., Any]:
    """Return ``function`` for the proxy that Reflex gives it; ``begin`` is first to enter it."""

    @functools.wraps(function)
    async def handle(proxy: Any, **payload: Any) -> Any:
        async with proxy:
            await account.when_begun(proxy)
            await begin(proxy)
        forget_entering(proxy)
        result = function(watched(proxy, account), **payload)
        if is_generator(result):
            return current_event().own(generate(result))
        try:
            return await result if inspect.isawaitable(result) else result
        finally:
            await account.when_ended()

    async def generate(generator: Any) -> AsyncGenerator[Any, None]:
        try:
            async with aclosing(yielded_at_once(generator)) as updates:
                async for update in updates:
                    yield update
        finally:
            await account.when_ended()

    return handle
