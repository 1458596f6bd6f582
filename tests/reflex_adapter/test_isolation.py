"""Many users at once: no event ever meets anything of another's."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from time import monotonic

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from django_adapter.threads import process_threads
from tests.probe import crowd
from tests.reflex_adapter.client import APP_STATE, PROBE, ROOT, EventClient, connected
from tests.reflex_adapter.serving import served_with

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

CROWD = f"{APP_STATE}.tests___probe___crowd____crowd_state"
PLAIN = f"{ROOT}.tests___probe___crowd____crowd_plain_state"
KINDS = [
    *[f"{CROWD}.{kind}" for kind in ("in_loop", "in_thread", "in_steps", "in_steps_of_a_thread")],
    *[f"{CROWD}.in_chain", f"{CROWD}.in_background", f"{PLAIN}.in_plain_state"],
]
USERS, SECONDS = 20, 90
OWNERS = [f"u{number:02}z" for number in range(USERS)]
NAMES = re.compile(r"u\d\dz")
LOCALE = "django.middleware.locale.LocaleMiddleware"


@pytest.fixture
def cookies(transactional_db: None) -> dict[str, str]:
    """The ``Cookie`` header of each user's browser, by username."""
    return {owner: cookie_of(owner) for owner in OWNERS}


def cookie_of(owner: str) -> str:
    client = Client()
    client.force_login(get_user_model().objects.create_user(owner))
    session = client.session
    session["owner"] = owner
    session.save()
    language = crowd.language_of(owner)
    return f"sessionid={session.session_key}; django_language={language}; owner={owner}"


@pytest.fixture
def seed() -> Iterator[int]:
    """Printed where the test fails; put it here to see the same again."""
    seed = random.randrange(10**6)
    print(f"{seed=}")
    crowd.chance.seed(seed)
    crowd.troubles.clear()
    crowd.finished.clear()
    yield seed
    crowd.in_use.clear()


async def send_all(tab: EventClient, owner: str, events: int, order: random.Random) -> None:
    for number in range(events):
        await tab.send(order.choice(KINDS), owner=owner, number=number)
        await asyncio.sleep(order.random() * 0.01)


async def read_all(tab: EventClient, owner: str, troubles: list[str]) -> None:
    """Read until cancelled; note packets that name somebody else, or computed vars of theirs."""
    while True:
        update = await tab.receive(SECONDS)
        if set(NAMES.findall(json.dumps(update))) - {owner}:
            troubles.append(f"{owner} was sent {update}")
        whose = tab.var(CROWD, "whose")
        if whose not in (None, f"{owner} {crowd.language_of(owner)}"):
            troubles.append(f"{owner} was sent the var of {whose}")


async def finished(many: int) -> None:
    while len(crowd.finished) < many:  # noqa: ASYNC110 - threads add to it too
        await asyncio.sleep(0.05)


@pytest.fixture
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    """A pool of so many threads, which ends with the test."""
    process_threads.cache_clear()
    yield request.param
    process_threads().close()
    process_threads.cache_clear()


# With few threads, most of them are held by who waits for something else.
@pytest.mark.parametrize(("events", "threads"), [(50, 16), (10, 3)], indirect=["threads"])
async def test_events_of_many_users_at_once_stay_apart(
    site: str, cookies: dict[str, str], seed: int, events: int, threads: int
) -> None:
    dawdling = [f"{crowd.__name__}.{name}" for name in ("dawdles_in_a_thread", "dawdles")]
    middleware = [*settings.MIDDLEWARE, LOCALE, *dawdling]
    options = {"MIDDLEWARE": middleware, "DJANGO_ADAPTER_THREADS": threads}
    order = random.Random(seed)
    async with served_with(**options) as address, AsyncExitStack() as stack:
        tabs = {}
        for owner in OWNERS:
            headers = [("X-Owner", owner)]
            tab = connected(address, cookie=cookies[owner], page=f"/?who={owner}", headers=headers)
            tabs[owner] = await stack.enter_async_context(tab)
        async with asyncio.TaskGroup() as group:
            readers = [
                group.create_task(read_all(tab, owner, crowd.troubles))
                for owner, tab in tabs.items()
            ]
            for owner, tab in tabs.items():
                group.create_task(send_all(tab, owner, events, random.Random(order.random())))
            await asyncio.wait_for(finished(USERS * events), SECONDS)
            await asyncio.sleep(0.2)  # for the last packets
            for reader in readers:
                reader.cancel()
    assert crowd.troubles == []
    assert crowd.finished == {(owner, number) for owner in OWNERS for number in range(events)}
    assert all(NAMES.findall(str(tab.state)) for tab in tabs.values())


async def test_slow_middleware_of_some_keeps_nobody_else_waiting(
    site: str, transactional_db: None
) -> None:
    """Synchronous, and slow on its way in: one after the other they would take eight seconds."""
    slow, pages = "tests.probe.middleware.slow_on_some_pages", [f"/?sleep=1&{n}" for n in range(8)]
    async with AsyncExitStack() as stack:
        served = served_with(MIDDLEWARE=[*settings.MIDDLEWARE, slow])
        address = await stack.enter_async_context(served)
        tabs = [
            await stack.enter_async_context(connected(address, page=page, hydrate=False))
            for page in pages
        ]
        before = monotonic()
        await asyncio.gather(*[handled(tab) for tab in tabs])
        assert monotonic() - before < len(pages)
    assert [tab.var(PROBE, "seen") for tab in tabs] == [f"POST {page}" for page in pages]


async def handled(tab: EventClient) -> None:
    await tab.send(f"{PROBE}.path")
    await tab.receive_until(lambda tab: tab.var(PROBE, "seen") or tab.told, SECONDS)
