"""What Django tells of logins that may have ended, for the sockets of this process and of others.

Only a hint, taken in any thread: whether they have ended is asked of the stores soon after, by each
process that has sockets of theirs.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.signals import post_delete, post_save

from reflex_adapter.logins import account_key
from reflex_adapter.other_processes import others
from reflex_adapter.revocation import DOUBT, sockets


def listen() -> None:
    """Hear of logouts, and of changes of users; to be called once models are loaded."""
    user_logged_out.connect(logged_out, dispatch_uid=__name__)
    for signal in (post_save, post_delete):
        signal.connect(user_changed, sender=get_user_model(), dispatch_uid=__name__)


def logged_out(*, user: Any, **kwargs: Any) -> None:
    doubt_when_committed(user, DEFAULT_DB_ALIAS)


def user_changed(
    *,
    instance: Any,
    using: str,
    created: bool = False,
    update_fields: Collection[str] | None = None,
    **kwargs: Any,
) -> None:
    # A new user has no login yet, and each login writes when it was.
    if not created and list(update_fields or ()) != ["last_login"]:
        doubt_when_committed(instance, using)


def doubt_when_committed(user: Any, using: str) -> None:
    """Have the logins of ``user`` asked about, once others can see what was changed."""
    account = account_key(user)
    if not account:
        return
    if connections[using].in_atomic_block:
        connections[using].on_commit(functools.partial(doubt_everywhere, account))
    else:
        doubt_everywhere(account)


def doubt_everywhere(account: str) -> None:
    sockets.doubt(account)
    others.tell(DOUBT, account)
