"""Who a connection's visitor is, remembered for a moment instead of asked of the store each time.

Opt-in, since what it remembers may be out of date: for as long as it was told, a logout in another
tab, a new password or a deactivated user has no effect here. What an event itself changes counts at
once.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db.models import Model
from django.http import HttpRequest

from django_adapter.conditions import session_to_load, session_user_to_load
from django_adapter.identity import Loader, load_identity, set_user
from django_adapter.request import SyntheticRequests

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


@dataclass(frozen=True)
class Known:
    """What a session led to, and until when it is believed, in seconds of ``monotonic()``."""

    session_key: str
    data: dict[str, Any]
    user: AbstractBaseUser | AnonymousUser
    expires: float


class AuthCache:
    """``load_identity`` with a memory of ``seconds`` for each connection."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._known: WeakKeyDictionary[SyntheticRequests, Known] = WeakKeyDictionary()

    async def load(
        self, requests: SyntheticRequests, request: HttpRequest, also: Loader | None = None
    ) -> None:
        """Make session and user of ``request``, one of ``requests``, readable without I/O.

        ``also`` is called where they are loaded; what it leaves on the user is remembered with it.
        """
        if not (session_to_load(request) and session_user_to_load(request)):
            await load_identity(request, also)
            return
        known = self._known.get(requests)
        if known and known.expires > monotonic() and known.session_key == key_of(request):
            give(known, request)
        else:
            await load_identity(request, also)
            self._remember(requests, request)

    def ended(self, requests: SyntheticRequests, request: HttpRequest) -> None:
        """Forget what ``request`` has changed."""
        session = getattr(request, "session", None)
        if session is not None and session.modified:
            self._known.pop(requests, None)

    def _remember(self, requests: SyntheticRequests, request: HttpRequest) -> None:
        key = key_of(request)
        if key is not None and not request.session.modified:
            data = copy.deepcopy(dict(request.session.items()))
            expires = monotonic() + self.seconds
            self._known[requests] = Known(key, data, copied(request.user), expires)


def key_of(request: HttpRequest) -> str | None:
    key: str | None = request.session.session_key
    return key


def give(known: Known, request: HttpRequest) -> None:
    store = remembering(type(request.session))
    request.session = store(known.session_key, known.data)  # type: ignore[call-arg]
    set_user(request, copied(known.user))


def copied(user: Any) -> Any:
    """Return what ``copy.copy`` would, but for what pickling does on its way: thrice as fast.

    As there, the copy has a ``_state`` and a cache of related objects of its own.
    """
    cls: Any = type(user)
    if not is_plain_model(cls):
        return copy.copy(user)
    fresh, state = cls.__new__(cls), user._state
    vars(fresh).update(vars(user))
    fresh._state = type(state)()
    vars(fresh._state).update(vars(state), fields_cache=dict(state.fields_cache))
    vars(fresh._state).pop("peers", None)
    return fresh


@functools.cache
def is_plain_model(cls: type[Any]) -> bool:
    """Tell whether a class is a model that is copied as Django has it."""
    hooks = ("__new__", "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__")
    is_djangos = all(getattr(cls, name, None) == getattr(Model, name, None) for name in hooks)
    return issubclass(cls, Model) and is_djangos and not hasattr(cls, "__copy__")


@functools.cache
def remembering(store: type[SessionBase]) -> type[SessionBase]:
    """Return ``store`` for sessions whose data is known; saving merges with what is stored."""

    class Remembered(store):  # type: ignore[valid-type, misc]
        engine_class = store  # for who is to ask the store itself

        def __init__(self, session_key: str, known: dict[str, Any]) -> None:
            super().__init__(session_key)
            self._known = known

        def load(self) -> dict[str, Any]:
            return copy.deepcopy(self._known)

        async def aload(self) -> dict[str, Any]:
            return self.load()

        def save(self, must_create: bool = False) -> None:
            if self.session_key is not None and not must_create:
                stored = store(self.session_key)
                self._merge(stored.load(), stored.session_key)
            super().save(must_create)

        async def asave(self, must_create: bool = False) -> None:
            if self.session_key is not None and not must_create:
                stored = store(self.session_key)
                self._merge(await stored.aload(), stored.session_key)
            await super().asave(must_create)

        def _merge(self, stored: Mapping[str, Any], session_key: str | None) -> None:
            """Change in ``stored`` what was changed here, and go on with the result."""
            if session_key is None:  # as Django has it for one that was deleted meanwhile
                raise UpdateError
            mine = dict(self.items())
            changed = {key: mine[key] for key in mine if mine[key] != self._known.get(key, object)}
            kept = {key: stored[key] for key in stored if key in mine or key not in self._known}
            self.clear()
            self.update({**kept, **changed})
            self._known = dict(stored)

    Remembered.__qualname__ = store.__qualname__  # Django signs session data with it
    return Remembered
