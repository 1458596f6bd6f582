"""What a setting may be: each kind returns the value, or says what would be one."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from dataclasses import field
from http.cookies import Morsel
from typing import Any

from django.core.exceptions import ImproperlyConfigured

Kind = Callable[[str, Any], Any]  # takes the setting's name and value

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # what RFC 6265 has a cookie be named


def setting(kind: Kind, default: Any) -> Any:
    """Declare a field that is read from a setting of that kind."""
    return field(default=default, metadata={"kind": kind})


def within(
    default: int, least: int = 1, most: int | None = None, advised: int | None = None
) -> Any:
    """Declare a limit with its default, and the range that a project may set it in.

    Of what is more than ``advised`` a check warns.
    """
    return field(default=default, metadata={"kind": whole(least, most), "advised": advised})


def wrong(name: str, wanted: str, value: Any) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} must be {wanted}, not {value!r}.")


def flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong(name, "True or False", value)
    return value


def whole(least: int, most: int | None) -> Kind:
    def check(name: str, value: Any) -> int:
        if type(value) is not int or value < least or (most is not None and value > most):
            upwards = "on" if most is None else f"to {most}"
            raise wrong(name, f"a whole number from {least} {upwards}", value)
        return value

    return check


def seconds(least: float, most: float) -> Kind:
    def check(name: str, value: Any) -> float:
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if not numeric or not least <= value <= most:
            raise wrong(name, f"seconds from {least} to {most}", value)
        return float(value)

    return check


def text(what: str) -> Kind:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise wrong(name, what, value)
        return value

    return check


def optional_text(what: str) -> Kind:
    required = text(f"{what}, or None")

    def check(name: str, value: Any) -> str | None:
        return None if value is None else str(required(name, value))

    return check


def cookie_name(name: str, value: Any) -> str:
    """Take what browsers and Python take for the name of a cookie."""
    named = isinstance(value, str) and TOKEN.fullmatch(value)
    if not named or value.lower() in Morsel():  # an attribute, such as path
        raise wrong(name, "the name of a cookie, such as 'reflex_visitor'", value)
    return str(value)


def module_name(name: str, value: Any) -> str:
    if not is_dotted(value):
        raise wrong(name, "the name of a module, such as 'views' or 'ui.pages'", value)
    return str(value)


def dotted_names(name: str, value: Any) -> tuple[str, ...]:
    """Take dotted names, such as of middleware or packages, in a list or tuple."""
    if not isinstance(value, list | tuple) or not all(map(is_dotted, value)):
        raise wrong(name, "a list of dotted names, such as ['shop.pages']", value)
    return tuple(value)


def optional_labels(name: str, value: Any) -> tuple[str, ...] | None:
    """Take the labels of apps, or nothing."""
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not all(map(is_name, value)):
        raise wrong(name, "a list of the labels of apps, such as ['shop'], or None", value)
    return tuple(value)


def prefixes(name: str, value: Any) -> tuple[str, ...]:
    """Take prefixes of paths."""
    if not isinstance(value, list | tuple) or not all(map(is_prefix, value)):
        raise wrong(name, "a list of paths that begin with a slash, such as ['/_chat']", value)
    return tuple("/" + prefix.strip("/") for prefix in value)


def is_prefix(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("/") and bool(value.strip("/"))


def is_name(value: Any) -> bool:
    return isinstance(value, str) and value.isidentifier() and not keyword.iskeyword(value)


def is_dotted(value: Any) -> bool:
    return isinstance(value, str) and all(map(is_name, value.split(".")))
