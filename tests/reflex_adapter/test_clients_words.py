"""What Reflex logs in a client's own words is short, and not much."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from reflex_adapter.reflex_logs import LONGEST, ClientsWords
from tests.reflex_adapter.client import PROBE, ROOT, connected, run
from tests.reflex_adapter.limited import limits

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

LONG = "x" * 200_000
ERROR = f"{ROOT}.reflex___state____frontend_event_exception_state.handle_frontend_exception"
KINDS = [
    (f"{PROBE}.mark", {"number": LONG}),  # an int
    (f"{PROBE}.keep", {"value": [LONG]}),  # a str
    (ERROR, {"info": LONG, "component_stack": LONG}),
]


@pytest.mark.parametrize(("handler", "payload"), KINDS)
async def test_a_line_is_short(
    site: str, caplog: pytest.LogCaptureFixture, handler: str, payload: dict[str, Any]
) -> None:
    async with connected(site) as tab:
        caplog.clear()
        await tab.send(handler, **payload)
        await run(tab, "who")
    assert "xxx" in caplog.text
    assert len(caplog.text) < LONGEST + 500


@pytest.mark.parametrize(("handler", "payload"), KINDS)
async def test_there_are_so_many_a_minute(
    site: str, caplog: pytest.LogCaptureFixture, handler: str, payload: dict[str, Any]
) -> None:
    short = {
        name: json.loads(json.dumps(value).replace(LONG, "xxx")) for name, value in payload.items()
    }
    with limits(max_log_lines=3):
        async with connected(site) as tab:
            caplog.clear()
            for _ in range(10):
                await tab.send(handler, **short)
            await run(tab, "who")
    assert len([record for record in caplog.records if "xxx" in record.getMessage()]) <= 3


async def test_what_is_left_out_is_counted() -> None:
    words = ClientsWords()
    with limits(max_log_lines=2):
        assert [words.filter(record()) for _ in range(5)] == [True, True, False, False, False]
    with limits(max_log_lines=3):
        said = record()
        assert words.filter(said)
    assert said.getMessage() == "(3 were not logged) 100% of 1"


async def test_the_servers_own_errors_are_all_logged() -> None:
    words, error = ClientsWords(), ValueError()
    with limits(max_log_lines=1):
        failed = [record(exc_info=(ValueError, error, None)) for _ in range(5)]
        assert all(words.filter(each) for each in failed)


def record(**options: object) -> logging.LogRecord:
    said = logging.LogRecord("x", logging.ERROR, "x", 1, "100%% of %s", (1,), None)
    vars(said).update(options)
    return said
