"""Guards: a test of who asks, and the answer for whom it turns away.

They are noted on pages, handlers and state classes, and asked where those are reached. What
cannot be asked is turned away. Loads no Reflex, for Django serves the pages.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied, SynchronousOnlyOperation
from django.http import HttpRequest

from reflex_adapter.login_page import ToLogin, to_login

Guarded = TypeVar("Guarded")

NOTED = "_reflex_adapter_guards"  # functools.wraps and Reflex's mixins copy it with the function


@dataclass(frozen=True, eq=False)
class Guard:
    """A test of the user, which may be a coroutine function, and what follows if it fails."""

    test: Callable[[Any], Any]
    login_url: str | None = None
    redirect_field_name: str = REDIRECT_FIELD_NAME
    raise_exception: bool = False


class Verdict(Enum):
    """What a guard says of a user."""

    PASSES = auto()
    NEEDS_LOGIN = auto()
    FORBIDDEN = auto()


_of_classes: dict[type, tuple[Guard, ...]] = {}


def protect(target: Guarded, guard: Guard) -> Guarded:
    """Note ``guard`` on a page, a handler or a state class, to be asked before those it has.

    Raises ``TypeError`` for anything else, which nothing would guard.
    """
    if isinstance(target, type) and hasattr(target, "get_full_name"):  # as every state class has
        _of_classes[target] = (guard, *_of_classes.get(target, ()))
        return target
    function = getattr(target, "fn", target)  # a handler that is made outside its class has one
    if not inspect.isfunction(function):
        raise TypeError(f"{target!r} cannot be guarded: it is no page, handler or state class.")
    function.__dict__[NOTED] = (guard, *guards_on(function))
    return target


def guards_on(function: Any) -> tuple[Guard, ...]:
    """Return the guards of a function itself."""
    noted: tuple[Guard, ...] = getattr(function, NOTED, ())
    return noted


def guards_of_class(state: type) -> tuple[Guard, ...]:
    """Return the guards of a state class, those of what it inherits from included."""
    return tuple(guard for base in state.__mro__ for guard in _of_classes.get(base, ()))


def is_any_class_guarded() -> bool:
    return bool(_of_classes)


def guards_of_all_classes() -> tuple[Guard, ...]:
    return tuple(guard for guards in _of_classes.values() for guard in guards)


async def turned_away(guards: Iterable[Guard], request: HttpRequest) -> ToLogin | None:
    """Return the way to the login page, if one of ``guards`` asks for a login.

    Raises ``PermissionDenied`` for who is not allowed whatever the login. Costs a hop for each test
    that does I/O and has not been asked already.
    """
    for guard in guards:
        verdict = await verdict_of(guard, request)
        if verdict is Verdict.FORBIDDEN:
            raise PermissionDenied
        if verdict is Verdict.NEEDS_LOGIN:
            return to_login(request, guard.login_url, guard.redirect_field_name)
    return None


async def let_in(guards: Iterable[Guard], request: HttpRequest) -> bool:
    """Tell whether all of ``guards`` let the request's user pass, at the costs of asking them."""
    for guard in guards:
        if await verdict_of(guard, request) is not Verdict.PASSES:
            return False
    return True


async def verdict_of(guard: Guard, request: HttpRequest) -> Verdict:
    known = known_verdict(guard, request)
    if known is not None:
        return known
    if iscoroutinefunction(guard.test):
        user = getattr(request, "user", None)
        try:
            passed = user is not None and await guard.test(user)
        except PermissionDenied:
            return note(guard, request, user, Verdict.FORBIDDEN)
        return note(guard, request, user, judged(guard, user, passed))
    try:
        return ask(guard, request)
    except SynchronousOnlyOperation:
        return await sync_to_async(ask, thread_sensitive=True)(guard, request)


def known_verdict(guard: Guard, request: HttpRequest) -> Verdict | None:
    """Return what ``guard`` has said of this very user already, who may change within a request."""
    user, verdict = noted_on(request).get(guard, (None, None))
    return verdict if user is getattr(request, "user", None) else None


def ask(guard: Guard, request: HttpRequest) -> Verdict:
    """Ask a test that is no coroutine function."""
    user = getattr(request, "user", None)
    try:
        passed = user is not None and guard.test(user)
    except PermissionDenied:
        return note(guard, request, user, Verdict.FORBIDDEN)
    return note(guard, request, user, judged(guard, user, passed))


def ask_all(guards: Iterable[Guard], request: HttpRequest) -> None:
    """Ask those of ``guards`` that may ask the database; to be called in a thread."""
    for guard in guards:
        if not iscoroutinefunction(guard.test) and known_verdict(guard, request) is None:
            ask(guard, request)


def judged(guard: Guard, user: Any, passed: Any) -> Verdict:
    if passed:
        return Verdict.PASSES
    known = user is not None and user.is_authenticated
    return Verdict.FORBIDDEN if guard.raise_exception or known else Verdict.NEEDS_LOGIN


def note(guard: Guard, request: HttpRequest, user: Any, verdict: Verdict) -> Verdict:
    noted_on(request)[guard] = user, verdict
    return verdict


def noted_on(request: HttpRequest) -> dict[Guard, tuple[Any, Verdict | None]]:
    noted: dict[Guard, tuple[Any, Verdict | None]] = request.__dict__.setdefault(NOTED, {})
    return noted
