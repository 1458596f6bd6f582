"""What outlives an event in the state store: no request, no model, no cookie and no session key."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.messages.storage.base import BaseStorage, Message
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import LazyObject

from reflex_adapter.connection import Connection
from reflex_adapter.current import CurrentEvent
from tests.reflex_adapter.browsing import Browser, browser
from tests.reflex_adapter.client import LOGIN, PLAIN, PROBE, ROOT, EventClient
from tests.reflex_adapter.serving import served_with
from tests.reflex_adapter.stores import disk, in_redis, memory, states_kept_by

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

ADA = {"username": "ada", "password": "the-secret-of-ada"}
NEVER = (
    *(Model, QuerySet, LazyObject, SessionBase, BaseStorage, Message),
    *(HttpRequest, HttpResponseBase, CurrentEvent, Connection),
)
EVENTS: list[tuple[str, dict[str, Any]]] = [
    (f"{ROOT}.hydrate_and_load", {}),
    *[(f"{PROBE}.{name}", {}) for name in ("who", "who_by_orm", "path", "cookies", "recall")],
    *[(f"{PROBE}.{name}", {}) for name in ("steps", "sync_steps", "praise_twice", "boom")],
    *[(f"{PROBE}.{name}", {}) for name in ("in_background", "go_elsewhere", "outlive")],
    (f"{PROBE}.count_down", {"left": 2}),
    (f"{PROBE}.remember_and_show", {"value": "this"}),
    (f"{PROBE}.remember_and_boom", {}),
    (f"{PROBE}.set_cookie", {"value": "a-cookie-of-the-probe"}),
    (f"{PLAIN}.who", {}),
    (f"{LOGIN}.change_password", {"password": "another"}),
    (f"{LOGIN}.log_out", {}),
    (f"{LOGIN}.log_in", {**ADA, "password": "another"}),
    (f"{LOGIN}.log_in_from_a_thread", {**ADA, "password": "another"}),
    (f"{LOGIN}.log_out_from_a_thread", {}),
]


def types_in(data: bytes) -> set[type]:
    """Return of which types the objects are that a pickle brings back."""
    found: set[type] = set()
    seen: set[int] = set()
    waiting: list[Any] = [pickle.loads(data)]
    alive = []  # an id is good as long as its object lives
    while waiting:
        it = waiting.pop()
        if id(it) in seen or isinstance(it, (type, ModuleType, FunctionType)):
            continue
        seen.add(id(it))
        alive.append(it)
        found.add(type(it))
        waiting.extend(gc.get_referents(it))
    return found


def secrets_of(visitor: Browser) -> set[bytes]:
    return {value.encode() for value in visitor.cookies.values() if len(value) >= 8}


async def visit(visitor: Browser, after_each: Callable[[str], None]) -> None:
    """Let every kind of event run in a tab, and the browser have its cookies."""
    async with visitor.tab() as tab:
        for name, payload in EVENTS:
            await visitor.does(tab, name, **payload)
            await settled(visitor, tab)
            after_each(name)


async def settled(visitor: Browser, tab: EventClient) -> None:
    """Wait for what goes on beside the events, such as background tasks and writes."""
    await visitor.does(tab, f"{PROBE}.keep", value="settled")


@pytest.mark.parametrize("store", [memory, disk, in_redis])
async def test_no_kind_of_event_leaves_anything_of_django_in_a_state(
    site: str, transactional_db: None, store: Any, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("redis_url") if store is in_redis else ""
    await get_user_model().objects.acreate_user(**ADA, is_staff=True)
    seen: set[type] = set()
    secrets: set[bytes] = {b"a-cookie-of-the-probe"}
    async with served_with() as address, browser(address) as visitor, store(url) as (manager, kept):

        def examine(event: str) -> None:
            secrets.update(secrets_of(visitor))
            pickles = kept()
            assert pickles, event
            for data in pickles:
                assert [secret for secret in secrets if secret in data] == [], event
                seen.update(types_in(data))
            assert [it for it in seen if issubclass(it, NEVER)] == [], event

        async with states_kept_by(manager):
            await visitor.log_in(**ADA)
            assert len(secrets_of(visitor)) >= 2  # the session's key, the token's secret
            await visit(visitor, examine)
    assert {it.__name__ for it in seen} >= {"ProbeState", "LoginState", "AppState", "State"}
    assert len(secrets) > 5  # each login and password had a session key of its own
