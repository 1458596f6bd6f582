"""The shop's handlers, called by clients that are no page of it: with any arguments, as anybody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reflex_adapter.browsing import browser
from tests.reflex_adapter.client import APP_STATE

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]
LANGUAGE = f"{APP_STATE}.shop___language____language_state"


@pytest.mark.parametrize(
    ("code", "cookie"),
    [("de", "django_language=de;"), ("tlh", ""), ("", ""), ("de; Path=/x", ""), (["de"], "")],
)
async def test_only_a_language_of_the_shop_can_be_chosen(site: str, code: Any, cookie: str) -> None:
    async with browser(site) as visitor, visitor.tab() as tab:
        lines = await visitor.does(tab, f"{LANGUAGE}.choose", code=code)
        assert [line[: len(cookie)] for line in lines] == ([cookie] if cookie else [])
