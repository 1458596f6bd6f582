"""The token of somebody else's tab leads to an empty state, whichever way it is presented."""

from __future__ import annotations

import uuid

import pytest

from tests.reflex_adapter.client import PROBE, ROOT, connected, run
from tests.reflex_adapter.secret import keep_secret, shows

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def token() -> str:
    return str(uuid.uuid4())


async def test_a_token_gives_nothing_away_after_its_owner_has_left(site: str, token: str) -> None:
    async with connected(site, token=token) as owner:
        await keep_secret(owner)
    async with connected(site, token=token) as thief:
        assert thief.var(PROBE, "seen") == ""
        await run(thief, "who")
        assert not shows(thief)


async def test_a_token_gives_nothing_away_while_its_owner_is_there(site: str, token: str) -> None:
    async with connected(site, token=token) as owner:
        await keep_secret(owner)
        async with connected(site, token=token) as thief:
            await run(thief, "who")
            assert not shows(thief)
            assert not thief.tokens, "The owner's presence can be told."
        await run(owner, "who")


async def test_a_token_gives_nothing_away_with_the_session_of_another_user(
    site: str, token: str, logged_in: str
) -> None:
    async with connected(site, cookie=logged_in, token=token) as owner:
        await keep_secret(owner)
    async with connected(site, cookie=logged_in, token=token) as thief:
        assert not shows(thief)


async def test_a_token_gives_nothing_away_by_what_the_state_is_kept_under(
    site: str, token: str
) -> None:
    """Reflex shows it to its owner's page, whose scripts may tell."""
    async with connected(site, token=token) as owner:
        await keep_secret(owner)
        bound = owner.kept_under
        assert bound != token
    for visitor in ("", owner.visitor):
        async with connected(site, token=bound, visitor=visitor) as thief:
            assert not shows(thief)


@pytest.mark.parametrize("query", ["token=x&token={}", "token={}&token=x", "token=x;token={}"])
async def test_a_token_gives_nothing_away_by_a_second_token(
    site: str, token: str, query: str
) -> None:
    async with connected(site, token=token) as owner:
        await keep_secret(owner)
        bound = owner.kept_under
    for known in (token, bound):
        claim = query.format(known).removeprefix("token=")
        async with connected(site, token=claim) as thief:
            assert not shows(thief)


@pytest.mark.parametrize("owner_is_there", [True, False])
async def test_a_token_gives_nothing_away_in_band(
    site: str, token: str, owner_is_there: bool
) -> None:
    async with connected(site, token=token) as owner:
        await keep_secret(owner)
        bound = owner.kept_under
        if owner_is_there:
            await steal_in_band(site, token, bound)
    if not owner_is_there:
        await steal_in_band(site, token, bound)


async def steal_in_band(site: str, *tokens: str) -> None:
    for token in tokens:
        async with connected(site) as thief:
            environ = {"QUERY_STRING": f"token={token}", "asgi.scope": {"headers": []}}
            await thief.emit("connect", environ)
            await thief.emit("disconnect", None)
            await thief.emit("link_token_to_sid", token)
            await run(thief, "who")
            await thief.call(f"{ROOT}.hydrate")
            assert not shows(thief)
            assert not thief.tokens
