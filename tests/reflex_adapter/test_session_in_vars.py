"""Computed vars that read the session: for nobody where there is none, and anew when it changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import reflex as rx
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from reflex.compiler.utils import compile_state

from reflex_adapter._reflex import linked_socket
from reflex_adapter.current import CurrentEvent, NoCurrentRequest, bound
from reflex_adapter.django_led_app import app
from reflex_adapter.nobody import nobodys_request
from reflex_adapter.refresh import session_digest
from tests.fresh import printed
from tests.probe.remembering import BelowRememberingState, RememberingState, computed
from tests.reflex_adapter.client import REMEMBERING, VAR, EventClient, connected, run
from tests.reflex_adapter.stores import disk, in_redis, memory, states_kept_by
from tests.stopping.stoppable import until

BELOW = f"{REMEMBERING}.tests___probe___remembering____below_remembering_state"
OF_NOBODY = {"by_session": "None", "by_request": "nobody / None", "by_code": "None"}

online = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def someone() -> CurrentEvent:
    """The event of a visitor who has something in the session."""
    event = CurrentEvent(nobodys_request())
    event.request.session["remembered"] = "a secret"
    return event


def initial(values: dict[str, Any]) -> dict[str, Any]:
    own = values[RememberingState.get_full_name()]
    return {name: own[name + VAR] for name in OF_NOBODY}


def test_a_build_computes_them_for_nobody() -> None:
    values = compile_state(rx.State)
    assert initial(values) == OF_NOBODY
    assert values[BelowRememberingState.get_full_name()][f"below{VAR}"] == "below None"


def test_what_a_page_begins_with_is_nobodys_in_an_event_too(someone: CurrentEvent) -> None:
    with bound(someone):
        assert initial(compile_state(rx.State)) == OF_NOBODY


def test_where_no_var_is_computed_there_is_no_session() -> None:
    compile_state(rx.State)
    state = RememberingState(_reflex_internal_init=True, parent_state=None)
    for ask in (lambda: state.session, lambda: state.request):
        with pytest.raises(NoCurrentRequest):
            ask()


def test_nobody_has_a_session_of_their_own_that_is_not_stored() -> None:
    first, second = nobodys_request(), nobodys_request()
    first.session["remembered"] = "lost"
    assert dict(second.session.items()) == {}
    assert (first.session.session_key, first.user.pk) == (None, None)
    assert (first.path, dict(first.COOKIES), first.GET.get("a")) == ("/", {}, None)


def test_the_digest_tells_sessions_apart_and_says_nothing_of_them() -> None:
    different = [{"a": 1}, {"a": 2}, {"b": 1}, {"a": datetime.max}, {"a": "\ud800"}]
    digests = {session_digest(session_of(**data)) for data in different}
    assert len(digests) == len(different)
    assert session_digest(session_of(a=datetime.max)) in digests
    assert {len(it) for it in digests} == {64}
    assert session_digest(None) == session_digest(SessionBase()) == ""


def session_of(**data: Any) -> SessionBase:
    session = SessionBase()
    session.update(data)
    return session


def test_an_event_does_not_look_into_a_session_that_no_cached_var_reads() -> None:
    script = (
        "from reflex_adapter.asgi_entry import application\n"  # the shop's, without our probes
        "from django.contrib.sessions.backends.db import SessionStore\n"
        "from reflex_adapter.nobody import nobodys_request\n"
        "from reflex_adapter.refresh import refresh_session\n"
        "from reflex_adapter.state import AppState\n"
        "request = nobodys_request()\n"
        "request.session = SessionStore('a-session-key')\n"
        "refresh_session(AppState(_reflex_internal_init=True), request)\n"
        "print(request.session.accessed)"
    )
    assert printed(script).splitlines()[-1] == "False"


class TestOverTheWire:
    pytestmark = online

    @pytest.mark.parametrize("store", [memory, disk, in_redis])
    async def test_they_follow_what_a_handler_sets(
        self, site: str, logged_in: str, store: Any, request: pytest.FixtureRequest
    ) -> None:
        url = request.getfixturevalue("redis_url") if store is in_redis else ""
        async with (
            store(url) as (manager, _),
            states_kept_by(manager),
            connected(site, cookie=logged_in) as tab,
        ):
            assert shown(tab) == ("None", "ada / None", "None", "below None")
            for value in ("tea", "cake"):
                await tab.send(f"{REMEMBERING}.remember", value=value)
                await run(tab, "who")
                assert shown(tab) == (value, f"ada / {value}", value, f"below {value}")

    async def test_a_guest_gets_a_session_and_loses_it(self, site: str) -> None:
        async with connected(site) as tab:
            await does(tab, "remember", value="tea")
            assert shown(tab)[0] == "tea"
            await does(tab, "forget")
            assert shown(tab)[0] == "None"

    async def test_a_yield_shows_what_was_set_before_it(self, site: str, logged_in: str) -> None:
        async with connected(site, cookie=logged_in) as tab:
            await tab.call(f"{REMEMBERING}.remember_in_between", value="tea")
            assert (shown(tab)[0], tab.var(REMEMBERING, "steps")) == ("tea", 0)

    async def test_they_follow_what_another_tab_or_a_view_sets(
        self, site: str, logged_in: str
    ) -> None:
        async with connected(site, cookie=logged_in) as tab, connected(site, cookie=logged_in) as o:
            await does(o, "remember", value="tea")
            await does(tab, "step")
            assert shown(tab)[0] == "tea"
            await sync_to_async(store_in_session)(logged_in, "cake")
            await tab.send(f"{REMEMBERING}.step")
            await run(tab, "who")
            assert shown(tab)[0] == "cake"

    async def test_they_are_not_computed_anew_for_nothing_nor_are_others_with_them(
        self, site: str, logged_in: str
    ) -> None:
        async with connected(site, cookie=logged_in) as tab:
            await does(tab, "remember", value="tea")
            computed.clear()
            await does(tab, "remember", value="tea")
            assert computed == []
            await does(tab, "step")
            assert computed == ["of_steps"]
            await does(tab, "remember", value="cake")
            assert computed == ["of_steps", "by_session"]

    async def test_another_tabs_event_computes_them_for_who_looks(
        self, site: str, logged_in: str
    ) -> None:
        async with connected(site) as guest, connected(site, cookie=logged_in) as tab:
            await does(tab, "remember", value="tea")
            await does(guest, "give_step", to=tab.kept_under)
            await tab.receive_until(lambda tab: tab.var(REMEMBERING, "steps") == 1)
            assert shown(tab)[:3] == ("tea", "ada / tea", "tea")
            assert "tea" not in str(guest.state)

    async def test_a_tab_that_nobody_has_open_is_nobodys(self, site: str, logged_in: str) -> None:
        async with connected(site, cookie=logged_in) as tab:
            pass
        await closed(tab)
        token = rx.BaseStateToken(ident=tab.kept_under, cls=RememberingState)
        async with app.modify_state(token) as root:
            state = await root.get_state(RememberingState)
            assert (state.by_code, state.request.user.pk) == ("None", None)

    async def test_who_comes_back_finds_nothing_that_was_computed_for_nobody(
        self, site: str, logged_in: str
    ) -> None:
        async with connected(site, cookie=logged_in, token="mine") as tab:
            await does(tab, "remember", value="tea")
        await closed(tab)
        token = rx.BaseStateToken(ident=tab.kept_under, cls=RememberingState)
        async with app.modify_state(token) as root:
            state = await root.get_state(RememberingState)
            state.noted = "by nobody"
            assert state.card == " None by nobody"
        async with connected(site, cookie=logged_in, token="mine", visitor=tab.visitor) as again:
            assert again.var(REMEMBERING, "card") == "ada tea by nobody"


def shown(tab: EventClient) -> tuple[Any, ...]:
    return (*[tab.var(REMEMBERING, name) for name in OF_NOBODY], tab.var(BELOW, "below"))


async def does(tab: EventClient, handler: str, **payload: Any) -> None:
    """Run a handler to its end, whatever it changes."""
    await tab.send(f"{REMEMBERING}.{handler}", **payload)
    await run(tab, "who")


async def closed(tab: EventClient) -> None:
    """Wait until the server knows that the tab's socket is closed."""
    await until(lambda: not linked_socket(app, tab.kept_under))


def store_in_session(cookie: str, value: str) -> None:
    session = SessionStore(cookie.partition("=")[2])
    session["remembered"] = value
    session.save()
