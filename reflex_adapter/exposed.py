"""Which handlers a client may call, and with what.

Reflex logs the whole of an event that names no handler, and Python the names of arguments that
nobody has. So such events come no further than this.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

import reflex as rx

from reflex_adapter._reflex import SETVAR, RegisteredEventHandler
from reflex_adapter.conf import configuration
from reflex_adapter.in_band import Malformed

Lookup = Callable[[str], RegisteredEventHandler | None]
ANYTHING = None  # in the place of the names of arguments


class Called(NamedTuple):
    """What is asked of an event that names a certain handler."""

    registered: RegisteredEventHandler
    arguments: frozenset[str] | None
    refused: bool
    sets_vars: bool  # by the name of one, as ``setvar``


class ExposedHandlers:
    """The handlers that ``find`` knows, as far as clients may call them."""

    def __init__(self, find: Lookup) -> None:
        self._find = find
        self._only_decorated = configuration().only_decorated_handlers
        self._called: dict[str, Called] = {}  # of handlers only: clients cannot fill it

    def judge(self, event: dict[str, Any]) -> None:
        """Raise ``Malformed`` unless a page of this app may send ``event``.

        An argument may be missing: one that is ``undefined`` in the page does not come.
        """
        name: str = event["name"]
        registered = self._find(name)
        if registered is None:
            raise Malformed("no such handler")
        called = self._called.get(name)
        if called is None or called.registered is not registered:
            called = self._called[name] = self._look_at(registered)
        if called.refused:
            raise Malformed("a handler without @rx.event")
        payload: dict[str, Any] = event.get("payload", {})
        if called.arguments is not ANYTHING and not called.arguments.issuperset(payload):
            raise Malformed("an argument that the handler has not")
        if called.sets_vars and not has_setter(registered.states[0], payload.get("var_name")):
            raise Malformed("a var that cannot be set")

    def _look_at(self, registered: RegisteredEventHandler) -> Called:
        function = registered.handler.fn
        refused = self._only_decorated and not is_declared(registered)
        return Called(registered, arguments_of(function), refused, is_setvar(function))


def arguments_of(function: Callable[..., Any]) -> frozenset[str] | None:
    """Return the names of the arguments that ``function`` takes after its state."""
    try:
        _state, *taken = inspect.signature(function, follow_wrapped=False).parameters.values()
    except ValueError:  # nothing is said of it, or it has no place for a state
        return ANYTHING
    if any(each.kind is each.VAR_KEYWORD for each in taken):
        return ANYTHING
    return frozenset(each.name for each in taken)


def is_setvar(function: Callable[..., Any]) -> bool:
    """Tell whether this is Reflex's ``setvar``, which every state has."""
    return getattr(function, "__qualname__", "") == SETVAR


def has_setter(state: type[Any], var_name: object) -> bool:
    return isinstance(var_name, str) and hasattr(state, f"set_{var_name}")


def is_declared(registered: RegisteredEventHandler) -> bool:
    """Tell whether a handler is Reflex's own, which its page needs, or says ``@rx.event``.

    ``setvar`` is none of these, though Reflex's states have it as all others.
    """
    function = registered.handler.fn
    if is_of_reflex(registered.states[0]):
        return not is_setvar(function)
    return is_decorated(function)


def is_of_reflex(state: type[Any]) -> bool:
    return state.__module__.partition(".")[0] == "reflex"


def is_decorated(function: Callable[..., Any]) -> bool:
    """Tell whether ``@rx.event`` stands above a function in its source.

    The decorator leaves no mark on it. Where there is no source, the answer is no.
    """
    function = inspect.unwrap(function)
    try:
        [definition] = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, TypeError, ValueError, SyntaxError):
        return False
    decorators: list[ast.expr] = getattr(definition, "decorator_list", [])
    names = getattr(function, "__globals__", {})
    return any(meant(decorator, names) is rx.event for decorator in decorators)


def meant(decorator: ast.expr, names: dict[str, Any]) -> Any:
    """Return what a decorator's name stands for, or that of the call which made it."""
    match decorator:
        case ast.Call(func=made_by):
            return meant(made_by, names)
        case ast.Attribute(value=of, attr=name):
            return getattr(meant(of, names), name, None)
        case ast.Name(id=name):
            return names.get(name)
    return None
