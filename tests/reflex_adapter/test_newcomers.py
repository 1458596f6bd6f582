"""How many sockets a client may open in a minute: each may bring a new token, or guess at one."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
import websockets

from reflex_adapter.connection import Connection
from reflex_adapter.limits import SocketLimits
from reflex_adapter.newcomers import Newcomers
from tests.conftest import ScopeFactory
from tests.reflex_adapter.client import connected, run
from tests.reflex_adapter.limited import beside, limits
from tests.reflex_adapter.uploading import seen, uploaded

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

MOST = 10
FORGED = "reflex_visitor=somebody:of-a-signature-that-we-did-not-make"


async def opened_until_refused(site: str, **options: Any) -> tuple[int, websockets.Response]:
    """Return how many sockets were opened with new tokens, and the answer to the next one."""
    for many in range(2 * MOST + 1):  # a minute may begin meanwhile
        try:
            async with connected(site, **options):
                pass
        except websockets.InvalidStatus as refused:
            return many, refused.response
    raise AssertionError("None was refused.")


async def test_a_visitor_opens_so_many_sockets_a_minute(
    site: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with beside(site) as tab:
        with limits(max_new=MOST):
            many, answer = await opened_until_refused(site, visitor=tab.visitor)
            assert MOST <= many <= 2 * MOST
            assert answer.status_code == 429
            assert 1 <= int(answer.headers["retry-after"]) <= 60
            assert "too many new sockets" in caplog.text
            async with connected(site) as somebody_else:
                await run(somebody_else, "who")


@pytest.mark.parametrize("cookie", ["", FORGED])
async def test_who_has_no_visitors_cookie_is_counted_by_the_address(site: str, cookie: str) -> None:
    async with connected(site) as known:
        with limits(max_new_visitors=MOST):
            _, answer = await opened_until_refused(site, cookie=cookie)
            assert answer.status_code == 429
            async with connected(site, visitor=known.visitor) as of_the_same_address:
                await run(of_the_same_address, "who")
        await run(known, "who")


async def test_uploads_for_tabs_that_are_not_open_are_counted(site: str) -> None:
    token = str(uuid.uuid4())
    async with connected(site, token=token) as tab:
        with limits(max_new=MOST):
            answers = [
                await uploaded(site, "keep", visitor=tab.visitor) for _ in range(2 * MOST + 1)
            ]
            codes = [answer.status_code for answer in answers]
            assert set(codes) == {200, 429}
            assert codes.count(200) >= MOST
            own = await uploaded(site, "keep", visitor=tab.visitor, token=token)
            assert own.status_code == 200
            assert seen(own)
        await run(tab, "who")


async def test_the_counting_begins_anew_each_minute(websocket_scope: ScopeFactory) -> None:
    newcomers = Newcomers(minute=0.2)
    connection = Connection(websocket_scope(), nobody)
    limits = SocketLimits(max_new_visitors=1)
    assert newcomers.admits(connection, limits)
    assert not newcomers.admits(connection, limits)
    assert newcomers.seconds_left == 1
    await asyncio.sleep(0.25)
    assert newcomers.admits(connection, limits)


async def nobody(message: Any) -> None:
    raise AssertionError("Something was sent")
