"""A tab that comes back by another process finds its state, as it would with the one it had."""

from __future__ import annotations

import asyncio
import pickle
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client
from reflex.utils.token_manager import SocketRecord

from reflex_adapter.notices import own_channel
from reflex_adapter.other_processes import OtherProcesses
from reflex_adapter.outage import NoAnswer
from reflex_adapter.tab import TAKEN_OVER
from reflex_adapter.tabs_elsewhere import TabsElsewhere
from tests.reflex_adapter.client import PROBE, close_code, connected, run
from tests.reflex_adapter.network import Network
from tests.reflex_adapter.own_process import own_process
from tests.reflex_adapter.redis import redis_server
from tests.reflex_adapter.secret import alive, keep_secret, shows
from tests.reflex_adapter.several import SETTINGS, Several, several

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    with redis_server() as redis, several(tmp_path_factory.mktemp("several"), redis) as site:
        yield site


@pytest.fixture
def token() -> str:
    return str(uuid.uuid4())


async def test_it_takes_over_from_a_socket_that_the_network_has_lost(
    site: Several, token: str
) -> None:
    here, there = site.here.address, site.there.address
    async with Network(here) as network, connected(network.address, token=token) as old:
        await keep_secret(old)
        network.cut()
        async with connected(there, token=token, visitor=old.visitor) as tab:
            assert shows(tab)
            assert not tab.tokens
    async with connected(here, token=token, visitor=old.visitor) as tab:
        assert shows(tab)
        assert not tab.tokens


async def test_a_page_that_is_loaded_anew_may_reach_any_process(site: Several, token: str) -> None:
    async with connected(site.here.address, token=token) as tab:
        await keep_secret(tab)
    for server in (site.there, site.here) * 3:
        async with connected(server.address, token=token, visitor=tab.visitor) as again:
            assert shows(again)
            assert not again.tokens


async def test_a_duplicated_tab_gets_a_token_that_lasts(site: Several, token: str) -> None:
    here, there = site.here.address, site.there.address
    async with connected(here, token=token) as old:
        await keep_secret(old)
        async with alive(old):
            async with connected(there, token=token, visitor=old.visitor) as copy:
                assert not shows(copy)
                [news] = copy.tokens
                await keep_secret(copy)
            async with connected(here, token=news, visitor=old.visitor) as again:
                assert shows(again)
        await run(old, "who")


async def test_another_visitor_takes_nothing_over(site: Several, token: str) -> None:
    async with connected(site.here.address, token=token) as tab:
        await keep_secret(tab)
        async with connected(site.there.address, token=token) as thief:
            assert not shows(thief)
        await run(tab, "who")


async def test_of_two_that_come_back_at_the_same_moment_one_gets_the_tab(
    site: Several, token: str
) -> None:
    async with connected(site.here.address, token=token) as tab:
        pass
    for _ in range(6):
        both = asyncio.Barrier(2)

        async def come_back(address: str, both: asyncio.Barrier) -> tuple[bool, int]:
            async with connected(address, token=token, visitor=tab.visitor) as again:
                async with alive(again):
                    await both.wait()
                await run(again, "who")
                return again.kept_under == tab.kept_under, len(again.tokens)

        visits = [come_back(server.address, both) for server in site.servers]
        assert sorted(await asyncio.gather(*visits)) == [(False, 1), (True, 0)]


async def test_a_claim_outlives_no_process_for_long(site: Several, token: str) -> None:
    async with connected(site.here.address, token=token) as tab:
        await keep_secret(tab)
    with redis_client.Redis.from_url(site.redis.url) as client:
        client.set(f"{own_channel()}:tab:{tab.kept_under}", "somebody killed", ex=2)
    async with connected(site.there.address, token=token, visitor=tab.visitor) as again:
        assert shows(again)


async def test_a_claim_is_let_go_once_the_tab_is_linked(site: Several, token: str) -> None:
    async with connected(site.here.address, token=token) as tab:
        await run(tab, "who")
        with redis_client.Redis.from_url(site.redis.url) as client:
            assert not client.exists(f"{own_channel()}:tab:{tab.kept_under}")


async def test_reflexs_own_connection_to_redis_is_not_waited_for_for_long(
    site: Several, token: str
) -> None:
    async def silent(token: str) -> Any:
        await asyncio.sleep(60)

    others = OtherProcesses()
    others.connect(site.redis.url)
    elsewhere = TabsElsewhere(others, lambda token: False, silent, silent, silent)
    async with asyncio.timeout(5):
        with pytest.raises(NoAnswer):
            await elsewhere.is_alive(token)
    await others.broker.close()


async def test_a_socket_whose_token_is_lost_is_closed_with_its_next_event(
    site: Several, token: str
) -> None:
    async with connected(site.here.address, token=token) as tab:
        stolen = pickle.dumps(SocketRecord(instance_id="another", sid="another"))
        with redis_client.Redis.from_url(site.redis.url) as client:
            client.set(f"token_manager_socket_record_{tab.kept_under}", stolen, ex=1)
        await asyncio.sleep(0.5)
        await tab.send(f"{PROBE}.keep", value="what is for no log")
        assert await close_code(tab) == TAKEN_OVER
    assert "what is for no log" not in site.here.log.read_text()


async def test_the_tabs_of_a_process_that_was_killed_are_found_again(
    site: Several, token: str, tmp_path: Path
) -> None:
    with own_process(SETTINGS, tmp_path / "log", **site.variables) as server:
        async with connected(server.address, token=token) as old:
            await keep_secret(old)
            server.process.kill()
            server.process.wait(10)
            since = time.monotonic()
            async with connected(site.here.address, token=token, visitor=old.visitor) as tab:
                assert shows(tab)
                assert not tab.tokens
            assert time.monotonic() - since < 8
