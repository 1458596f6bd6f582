"""A tab that comes back finds its state; one that was duplicated gets a state of its own."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest

from tests.reflex_adapter.client import PROBE, ROOT, close_code, connected, run
from tests.reflex_adapter.network import Network
from tests.reflex_adapter.secret import SECRET, alive, keep_secret, shows

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def token() -> str:
    return str(uuid.uuid4())


class TestReturn:
    async def test_the_same_visitor_finds_the_tab_as_it_was(self, site: str, token: str) -> None:
        async with connected(site, token=token) as tab:
            await keep_secret(tab)
        async with connected(site, token=token, visitor=tab.visitor) as tab:
            assert shows(tab)

    @pytest.mark.parametrize(
        "token", ["x", "a%20b%26c%3Dd", "\u00e9" * 50, "../../x", "%00", "x" * 3000]
    )
    async def test_any_token_will_do(self, site: str, token: str) -> None:
        async with connected(site, token=token) as tab:
            await keep_secret(tab)
        async with connected(site, token=token, visitor=tab.visitor) as tab:
            assert shows(tab)

    async def test_a_change_of_key_loses_nothing(
        self, site: str, token: str, settings: Any
    ) -> None:
        async with connected(site, token=token) as tab:
            await keep_secret(tab)
        old, settings.SECRET_KEY = settings.SECRET_KEY, "the new key"
        async with connected(site, token=token, visitor=tab.visitor) as stranger:
            assert not shows(stranger)
        settings.SECRET_KEY_FALLBACKS = [old]
        async with connected(site, token=token, visitor=tab.visitor) as tab:
            assert shows(tab)

    async def test_a_login_and_a_lost_connection_lose_nothing(
        self, site: str, token: str, logged_in: str
    ) -> None:
        async with connected(site, token=token) as tab:
            await keep_secret(tab)
        async with connected(site, token=token, cookie=logged_in, visitor=tab.visitor) as tab:
            assert shows(tab)
            assert tab.var(PROBE, "name") == "ada"

    async def test_it_takes_over_from_a_socket_that_answers_no_more(
        self, site: str, token: str
    ) -> None:
        async with connected(site, token=token) as old:
            await keep_secret(old)
            async with connected(site, token=token, visitor=old.visitor) as tab:
                assert shows(tab)
                assert not tab.tokens
                assert await close_code(old) == 4409
                await run(tab, "who")
        async with connected(site, token=token, visitor=old.visitor) as again:
            assert not again.tokens

    async def test_it_takes_over_from_a_socket_that_the_network_has_lost(
        self, site: str, token: str
    ) -> None:
        async with Network(site) as network, connected(network.address, token=token) as old:
            await keep_secret(old)
            network.cut()
            async with connected(site, token=token, visitor=old.visitor) as tab:
                assert shows(tab)
                assert not tab.tokens

    async def test_what_the_lost_socket_had_queued_does_not_run(
        self, site: str, token: str
    ) -> None:
        async with Network(site) as network, connected(network.address, token=token) as old:
            for flavour in ("mint", "lime"):  # each waits a second for its ticket
                await old.send(f"{PROBE}.set_cookie", value=flavour)
            await old.send(f"{PROBE}.keep", value=SECRET)
            await old.receive_until(lambda tab: tab.scripts)
            network.cut()
            async with connected(site, token=token, visitor=old.visitor) as tab:
                assert not shows(tab)

    async def test_a_socket_that_was_closed_cannot_take_the_tab_back(
        self, site: str, token: str
    ) -> None:
        async with Network(site) as network, connected(network.address, token=token) as old:
            network.cut("down")
            async with connected(site, token=token, visitor=old.visitor) as tab:
                for packet in ("41/_event,", "40/_event,"):
                    await old.socket.send(packet)
                await asyncio.sleep(0.2)
                await run(tab, "who")

    async def test_a_namespace_left_and_connected_to_again_is_the_same_tab(
        self, site: str, token: str
    ) -> None:
        async with connected(site, token=token) as tab:
            await keep_secret(tab)
            tab.state.clear()
            boot = {"event": tab.packet(f"{ROOT}.hydrate_and_load", {})}
            await tab.socket.send("41/_event,")
            await tab.socket.send(f"40/_event,{json.dumps(boot)}")
            await tab.receive_until(lambda tab: tab.var(ROOT, "is_hydrated"))
            assert shows(tab)
            assert not tab.tokens

    async def test_to_connect_twice_harms_nobody(self, site: str, token: str) -> None:
        async with connected(site, token=token) as tab:
            await tab.socket.send("40/_event,")
            await run(tab, "who")


class TestDuplicate:
    async def test_it_gets_a_token_and_a_state_of_its_own(self, site: str, token: str) -> None:
        async with connected(site, token=token) as tab:
            await keep_secret(tab)
            async with alive(tab), connected(site, token=token, visitor=tab.visitor) as copy:
                assert not shows(copy)
                [own] = copy.tokens
                await copy.call(f"{PROBE}.keep", value="of the copy")
            await run(tab, "who")
            assert tab.var(PROBE, "seen") != "of the copy"
            async with connected(site, token=own, visitor=tab.visitor) as copy:
                assert copy.var(PROBE, "seen") == "of the copy"
                assert not copy.tokens

    async def test_nobody_is_closed(self, site: str, token: str) -> None:
        async with connected(site, token=token) as tab:
            async with (
                alive(tab),
                connected(site, token=token, visitor=tab.visitor) as copy,
                alive(copy),
                connected(site, token=token, visitor=tab.visitor) as third,
            ):
                assert len({*copy.tokens, *third.tokens}) == 2
                await run(third, "who")
            await run(tab, "who")

    async def test_its_own_token_is_another_visitors_nothing(self, site: str, token: str) -> None:
        async with (
            connected(site, token=token) as tab,
            alive(tab),
            connected(site, token=token, visitor=tab.visitor) as copy,
        ):
            await keep_secret(copy)
            [own] = copy.tokens
        async with connected(site, token=own) as thief:
            assert not shows(thief)

    async def test_a_tab_that_waits_for_nothing_is_not_asked_twice_at_a_time(
        self, site: str, token: str
    ) -> None:
        async with connected(site, token=token) as tab, alive(tab):
            copies = [connected(site, token=token, visitor=tab.visitor) for _ in range(5)]
            opened = await asyncio.gather(*(copy.__aenter__() for copy in copies))
            assert len({token for copy in opened for token in copy.tokens}) == 5
            await asyncio.gather(*(copy.__aexit__(None, None, None) for copy in copies))
