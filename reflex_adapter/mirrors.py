"""Mirrors: what is one thing to a handler, and a reactive var to a component.

``self.username`` is read from the event's request, ``AppState.username`` is the var of a field that
``refresh`` keeps up to date. Asking the class for it is what says that a page shows it; what no
page shows is not computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

from django.http import HttpRequest
from django.utils.translation import get_language, get_language_bidi

from reflex_adapter.conf import configuration

T = TypeVar("T")

SWITCHES: dict[str, Callable[[], bool]] = {
    "messages": lambda: configuration().mirror_messages,
    "csrf_token": lambda: configuration().mirror_csrf,
    "language": lambda: configuration().mirror_language,
    "language_bidi": lambda: configuration().mirror_language,
}

_shown: set[str] = set()  # the mirrors that a page refers to, and the settings let it


class Mirror(property, Generic[T]):
    """A property of a state's instance; on its class, the var of the field ``shown_<name>``.

    It is a property so that Reflex, looking for what a cached ``@rx.var`` depends on, reads its
    getter.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, state: None, owner: type | None = None) -> Any: ...
    @overload
    def __get__(self, state: object, owner: type | None = None) -> T: ...
    def __get__(self, state: object, owner: type | None = None) -> Any:
        if state is not None:
            return super().__get__(state, owner)
        var = getattr(owner, f"shown_{self.name}", None)
        if var is None:  # of a class that is no state
            return self
        if self.name not in SWITCHES or SWITCHES[self.name]():
            _shown.add(self.name)
        return var


def is_shown(name: str) -> bool:
    """Tell whether a page shows this mirror, and the settings let it."""
    return name in _shown


def username(user: Any) -> str:
    name: str = user.get_username()
    return name


def email(user: Any) -> str:
    return getattr(user, getattr(user, "EMAIL_FIELD", "email"), None) or ""


def is_authenticated(user: Any) -> bool:
    return bool(user.is_authenticated)


def is_staff(user: Any) -> bool:
    return bool(getattr(user, "is_staff", False))


def is_superuser(user: Any) -> bool:
    return bool(getattr(user, "is_superuser", False))


def perms(user: Any) -> list[str]:
    """Return the user's permissions as ``app_label.codename``; asks the database once a user."""
    return sorted(user.get_all_permissions()) if hasattr(user, "get_all_permissions") else []


def language() -> str:
    """Return the language of the event; empty where translation is off."""
    return get_language() or ""


OF_USER: dict[str, Callable[[Any], Any]] = {
    function.__name__: function
    for function in (is_authenticated, username, email, is_staff, is_superuser, perms)
}
OF_LANGUAGE: dict[str, Callable[[], Any]] = {
    "language": language,
    "language_bidi": get_language_bidi,
}


def values(user: Any) -> tuple[tuple[str, Any], ...]:
    """Return name and value of each mirror that is shown, but those that are more than a value."""
    of_user = [(name, OF_USER[name](user)) for name in _shown if name in OF_USER]
    of_language = [(name, OF_LANGUAGE[name]()) for name in _shown if name in OF_LANGUAGE]
    return (*of_user, *of_language)


def preload(request: HttpRequest) -> None:
    """Ask the database for what mirrors will need of it; to be called in a thread."""
    if is_shown("perms") and hasattr(request, "user"):
        perms(request.user)
