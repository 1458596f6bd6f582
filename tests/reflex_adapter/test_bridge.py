"""The bridge on its own: any scope, any async function, and no Reflex."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseForbidden

from django_adapter import SyntheticRequests
from reflex_adapter.bridge import DjangoEventBridge, Outcome
from reflex_adapter.current import CurrentEvent, current_request

pytestmark = pytest.mark.django_db(transaction=True)


async def tells(event: CurrentEvent) -> None:
    request = current_request()
    assert request is event.request
    user = request.user.get_username()
    event.response["X-Seen"] = f"{request.method} {request.get_full_path()} {user}"


async def forbids(event: CurrentEvent) -> None:
    event.response = HttpResponseForbidden()


async def raises(event: CurrentEvent) -> None:
    raise LookupError("very own")


@pytest.mark.parametrize("parsed", [True, False])
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_scope_is_all_it_needs(
    http_scope: Any, websocket_scope: Any, login_cookie: Any, kind: str, parsed: bool
) -> None:
    scope = (http_scope if kind == "http" else websocket_scope)("/any", [login_cookie])
    connection = SyntheticRequests(scope) if parsed else scope
    outcome = await DjangoEventBridge().run(connection, tells, path="/tea", query=b"a=1")
    assert outcome.completed
    assert outcome.response["X-Seen"] == "POST /tea?a=1 ada"


async def test_it_serves_one_connection_after_another(http_scope: Any, login_cookie: Any) -> None:
    bridge = DjangoEventBridge()
    seen = []
    for headers in ([login_cookie], [], [login_cookie]):
        outcome = await bridge.run(http_scope(headers=headers), tells)
        seen.append(outcome.response["X-Seen"])
    assert seen == ["POST / ada", "POST / ", "POST / ada"]


async def test_what_the_handler_answers_is_the_outcome(http_scope: Any) -> None:
    outcome = await DjangoEventBridge().run(http_scope(), forbids)
    assert (outcome.response.status_code, outcome.completed) == (403, True)


async def test_what_the_handler_raises_is_raised(http_scope: Any) -> None:
    with pytest.raises(LookupError, match="very own"):
        await DjangoEventBridge().run(http_scope(), raises)


async def asked_for_a_login(handler: Any, scope: Any) -> Outcome:
    return await DjangoEventBridge().run(scope, handler)


async def test_the_handler_is_the_view_so_that_its_decorators_count(
    http_scope: Any, settings: Any
) -> None:
    required = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, required]
    refused = await asked_for_a_login(tells, http_scope())
    assert (refused.response.status_code, refused.completed) == (302, False)

    @login_not_required
    async def open_to_all(event: CurrentEvent) -> None:
        await tells(event)

    assert (await asked_for_a_login(open_to_all, http_scope())).completed
