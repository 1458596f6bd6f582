"""How many sockets a visitor, and a process, may have open: one more is refused."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import AsyncExitStack

import pytest
import websockets

from tests.reflex_adapter.client import EventClient, connected, run
from tests.reflex_adapter.limited import beside, limits
from tests.reflex_adapter.network import Network

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


async def refused(site: str, visitor: str = "") -> int:
    """Return the status of a handshake that is refused."""
    with pytest.raises(websockets.InvalidStatus) as refusal:
        async with connected(site, visitor=visitor):
            pass
    assert refusal.value.response.headers["retry-after"] == "10"
    return refusal.value.response.status_code


async def test_a_visitor_may_have_twenty_sockets(
    site: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with beside(site) as tab, AsyncExitStack() as stack:
        others: list[EventClient] = []
        for _ in range(19):
            another = connected(site, visitor=tab.visitor)
            others.append(await stack.enter_async_context(another))
        assert await refused(site, tab.visitor) == 403
        assert "too many sockets of one visitor" in caplog.text
        await run(others[-1], "who")
        async with connected(site) as somebody_else:
            await run(somebody_else, "who")


async def test_a_closed_socket_makes_room(site: str) -> None:
    with limits(max_per_visitor=2):
        async with connected(site) as tab:
            for _ in range(3):
                async with connected(site, visitor=tab.visitor):
                    assert await refused(site, tab.visitor) == 403
                await asyncio.sleep(0.2)


async def test_a_duplicated_tab_counts(site: str) -> None:
    token = str(uuid.uuid4())
    with limits(max_per_visitor=1):
        async with connected(site, token=token) as tab:
            answering = asyncio.create_task(tab.receive_until(lambda tab: False))
            with pytest.raises(websockets.InvalidStatus):
                async with connected(site, token=token, visitor=tab.visitor):
                    pass
            answering.cancel()


async def test_a_socket_that_the_network_has_lost_keeps_no_room(site: str) -> None:
    token = str(uuid.uuid4())
    with limits(max_per_visitor=1):
        async with Network(site) as network, connected(network.address, token=token) as tab:
            network.cut()
            async with connected(site, token=token, visitor=tab.visitor) as again:
                await run(again, "who")


async def test_a_process_has_so_many_sockets(site: str) -> None:
    await asyncio.sleep(1.2)  # sockets of the tests before, which are being closed
    with limits(max_open=2):
        async with connected(site) as one, connected(site):
            assert await refused(site) == 503
            await run(one, "who")
        await asyncio.sleep(0.2)
        async with connected(site) as again:
            await run(again, "who")
