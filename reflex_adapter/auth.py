"""Guards for pages, handlers and state classes, named and used like Django's decorators of views.

Whom a guard turns away goes to the login page and back, or is told 403 if logged in already; with
``raise_exception`` everybody is told 403. A page that is guarded is not served, nor are its
``on_load`` handlers run; a handler is not run; of a state class, and of those that inherit from
it, no handler is run and no var is sent. Decorators between a guard and Reflex have to use
``functools.wraps``. A guard is asked for an event: Python code that calls a handler is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, overload

from django.contrib.auth import REDIRECT_FIELD_NAME

from reflex_adapter.guards import Guard, protect

Guarded = TypeVar("Guarded")
Decorator = Callable[[Guarded], Guarded]

__all__ = [
    "group_required",
    "login_required",
    "permission_required",
    "staff_required",
    "user_passes_test",
]


def user_passes_test(
    test_func: Callable[[Any], Any],
    login_url: str | None = None,
    redirect_field_name: str = REDIRECT_FIELD_NAME,
    raise_exception: bool = False,
) -> Callable[[Guarded], Guarded]:
    """Let those pass of whom ``test_func(user)`` is true.

    It may be a coroutine function, may ask the database, and may raise ``PermissionDenied``.
    """
    guard = Guard(test_func, login_url, redirect_field_name, raise_exception)

    def decorate(target: Guarded) -> Guarded:
        return protect(target, guard)

    return decorate


@overload
def login_required(function: Guarded) -> Guarded: ...
@overload
def login_required(
    function: None = None,
    redirect_field_name: str = REDIRECT_FIELD_NAME,
    login_url: str | None = None,
    *,
    raise_exception: bool = False,
) -> Callable[[Guarded], Guarded]: ...
def login_required(
    function: Any = None,
    redirect_field_name: str = REDIRECT_FIELD_NAME,
    login_url: str | None = None,
    *,
    raise_exception: bool = False,
) -> Any:
    """Let those pass who are logged in."""
    decorate: Any = user_passes_test(is_logged_in, login_url, redirect_field_name, raise_exception)
    return decorate if function is None else decorate(function)


@overload
def staff_required(function: Guarded) -> Guarded: ...
@overload
def staff_required(
    function: None = None,
    redirect_field_name: str = REDIRECT_FIELD_NAME,
    login_url: str | None = None,
    *,
    raise_exception: bool = False,
) -> Callable[[Guarded], Guarded]: ...
def staff_required(
    function: Any = None,
    redirect_field_name: str = REDIRECT_FIELD_NAME,
    login_url: str | None = None,
    *,
    raise_exception: bool = False,
) -> Any:
    """Let active members of the staff pass, as the admin does."""
    decorate: Any = user_passes_test(is_staff, login_url, redirect_field_name, raise_exception)
    return decorate if function is None else decorate(function)


def permission_required(
    perm: str | Iterable[str], login_url: str | None = None, raise_exception: bool = False
) -> Callable[[Guarded], Guarded]:
    """Let those pass who have the permission, such as ``"shop.add_product"``, or all of several."""
    perms = (perm,) if isinstance(perm, str) else tuple(perm)
    if not perms or not all(isinstance(it, str) for it in perms):
        raise TypeError("permission_required() takes the names of permissions.")

    def has_perms(user: Any) -> bool:
        return bool(user.has_perms(perms))

    return user_passes_test(has_perms, login_url, raise_exception=raise_exception)


def group_required(
    *names: str, login_url: str | None = None, raise_exception: bool = False
) -> Callable[[Guarded], Guarded]:
    """Let the members of one of the groups pass, and superusers."""
    if not names or not all(isinstance(it, str) for it in names):
        raise TypeError("group_required() takes the names of groups.")

    def is_member(user: Any) -> bool:
        is_superuser = user.is_active and user.is_superuser
        return bool(is_superuser or user.groups.filter(name__in=names).exists())

    return user_passes_test(is_member, login_url, raise_exception=raise_exception)


def is_logged_in(user: Any) -> bool:
    return bool(user.is_authenticated)


def is_staff(user: Any) -> bool:
    return bool(user.is_active and getattr(user, "is_staff", False))
