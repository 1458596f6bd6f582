"""Who a request is from, resolved before async code asks for it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.core.exceptions import SynchronousOnlyOperation
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from django_adapter.light_hop import call_in_thread

if TYPE_CHECKING:  # models, which not every project has installed
    from django.contrib.auth.models import AnonymousUser, User

Loader = Callable[[HttpRequest], object]


async def load_identity(request: HttpRequest, also: Loader | None = None) -> None:
    """Load the session and the user of ``request``, so that reading them does no I/O afterwards.

    Costs one hop, in which ``also`` is called too, and none for a visitor without a session cookie.
    What no middleware has set stays unset.
    """
    session = getattr(request, "session", None)
    if session is None or session.session_key is None:  # a new session is empty: no store is asked
        with suppress(SynchronousOnlyOperation):  # the user may come from elsewhere, and by the ORM
            resolve(request, also)
            return
    await call_in_thread(resolve, request, also)


def resolve(request: HttpRequest, also: Loader | None) -> None:
    if hasattr(request, "session"):
        request.session.keys()
    if hasattr(request, "user"):
        set_user(request, unwrapped(request.user))
    if also is not None:
        also(request)


def unwrapped(user: Any) -> Any:
    """Return who is behind a lazy ``request.user``: each look at one costs a microsecond or two.

    Django itself puts users there that are not lazy, when somebody logs in or out.
    """
    bool(user.pk)
    return user._wrapped if type(user) is SimpleLazyObject else user


def set_user(request: HttpRequest, user: Any) -> None:
    """Set what Django's ``AuthenticationMiddleware`` sets, to a user who is known already."""
    request.user = user
    request.auser = functools.partial(loaded_user, request)


async def loaded_user(request: HttpRequest) -> User | AnonymousUser:
    """Be ``request.auser``: the user of ``request.user``, whom logging in and out replaces.

    Django's own would ask the store again; after a change of password, and before
    ``aupdate_session_auth_hash`` has noted it, that would end the session.
    """
    return request.user
