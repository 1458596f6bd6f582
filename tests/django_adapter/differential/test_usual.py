"""The stack that most projects have, for every kind of visitor: random examples seldom meet it.

DIFFERENTIAL_EXAMPLES in the environment, whatever its value, asks for all combinations.
"""

from __future__ import annotations

import os
from itertools import product
from typing import Any

import pytest

from django_adapter.http import ASGIHandler as OurHandler
from tests.django_adapter.differential.asked import Asked
from tests.django_adapter.differential.exchanges import DjangoHandler, over_asgi
from tests.django_adapter.differential.middleware import DJANGO, USUAL
from tests.django_adapter.differential.normal import FILES, TOKEN, Visitor
from tests.django_adapter.differential.plans import OTHER_SETTINGS

pytestmark = pytest.mark.usefixtures("its_settings")

ALL = "DIFFERENTIAL_EXAMPLES" in os.environ
SESSIONS = ["none", "known", "user", "unknown"]
# Whether the visitor has a token, and what is asked for with it.
TOKENS = product([True, False], ["GET", "POST"]) if ALL else [(False, "GET"), (True, "POST")]
VISITS = [
    (Visitor(FILES, session, token), method)
    for session, (token, method) in product(SESSIONS, list(TOKENS))
]
VIEWS = ["/open/", "/async/", *(["/sync/"] if ALL else [])]
DONE = ["change session", "use token"]
MORE = [None, "flush session", "add message", "read messages"] if ALL else []


@pytest.mark.parametrize("todo", [*DONE, *MORE])
@pytest.mark.parametrize("stack", [USUAL, DJANGO], ids=["usual", "login required"])
@pytest.mark.parametrize("changed", [{}, *OTHER_SETTINGS], ids=lambda changed: "+".join(changed))
async def test_the_same_is_sent_to_every_visitor(
    changed: dict[str, Any], stack: list[str], todo: str | None
) -> None:
    plan = {("view", "call"): todo} if todo else {}
    headers = (("x-csrftoken", TOKEN),)
    for (visitor, method), path in product(VISITS, VIEWS):
        asked = Asked(stack, plan, path, method, visitor, headers, changed, signals=False)
        ours, django = await over_asgi(asked, OurHandler), await over_asgi(asked, DjangoHandler)
        assert ours.differs_from(django) == [], asked
