"""What the settings about events change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from reflex_adapter.event_chain import event_middleware
from reflex_adapter.posted import posted
from tests.probe.middleware import KINDS
from tests.reflex_adapter.client import PROBE, connected

pytestmark = pytest.mark.django_db(transaction=True)
in_loop = pytest.mark.asyncio(loop_scope="session")

PROBING = "tests.probe.middleware"
Use = Callable[..., None]


@in_loop
async def test_skipped_middleware_sees_no_event(
    site: str, settings: Any, use_middleware: Use, trace: list[str]
) -> None:
    settings.REFLEX_DJANGO_EVENT_MIDDLEWARE_SKIP = [KINDS[0], KINDS[2]]
    use_middleware(*KINDS)
    async with connected(site) as tab:
        await tab.call(f"{PROBE}.keep", value="ready")
        trace.clear()
        await tab.call(f"{PROBE}.who")
    assert trace == ["> sync", "> own call", "handler", "< own call", "< sync"]


@in_loop
async def test_without_the_chain_there_is_a_user_and_no_middleware_of_the_project(
    site: str, settings: Any, use_middleware: Use, trace: list[str], logged_in: str
) -> None:
    settings.REFLEX_DJANGO_RUN_MIDDLEWARE_CHAIN = False
    use_middleware(*KINDS)
    async with connected(site, cookie=logged_in) as tab:
        await tab.call(f"{PROBE}.keep", value="ready")
        trace.clear()
        await tab.call(f"{PROBE}.who")
        assert tab.var(PROBE, "seen") == "user=ada"
    assert trace == ["handler"]


def test_what_is_left_of_the_chain_is_what_an_app_state_needs() -> None:
    contrib = "django.contrib"
    names = [
        "django.middleware.security.SecurityMiddleware",
        f"{contrib}.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        f"{contrib}.auth.middleware.AuthenticationMiddleware",
        f"{contrib}.auth.middleware.LoginRequiredMiddleware",
        f"{contrib}.messages.middleware.MessageMiddleware",
        f"{PROBING}.sync_function",
    ]
    with override_settings(MIDDLEWARE=names, REFLEX_DJANGO_RUN_MIDDLEWARE_CHAIN=False):
        assert event_middleware() == [*names[1:4], names[5]]


def test_what_is_to_be_skipped_must_be_there() -> None:
    with (
        override_settings(REFLEX_DJANGO_EVENT_MIDDLEWARE_SKIP=["shop.Missing"]),
        pytest.raises(ImproperlyConfigured, match=r"'shop\.Missing', which is not in MIDDLEWARE"),
    ):
        event_middleware()


@in_loop
@pytest.mark.parametrize("on", [True, False])
async def test_a_redirect_of_middleware_is_followed_or_shown(
    site: str, settings: Any, use_middleware: Use, on: bool
) -> None:
    settings.REFLEX_DJANGO_AUTO_REDIRECT_FROM_MIDDLEWARE = on
    use_middleware(f"{PROBING}.redirects")
    async with connected(site, hydrate=False) as tab:
        await tab.send(f"{PROBE}.who")
        await tab.receive_until(lambda tab: tab.told)
    told = str(tab.told)
    assert ("location.assign" in told, "302 Found" in told) == (on, not on)


@in_loop
@pytest.mark.parametrize("on", [True, False])
async def test_the_payload_is_posted_to_middleware_that_looks_for_it(
    site: str, settings: Any, use_middleware: Use, trace: list[str], on: bool
) -> None:
    settings.REFLEX_DJANGO_EVENT_POST_FROM_PAYLOAD = on
    use_middleware(f"{PROBING}.notes_post")
    async with connected(site, hydrate=False) as tab:
        await tab.call(f"{PROBE}.keep", value="tea")
    assert trace[-1] == f"posted value {['tea'] if on else []}"


@pytest.mark.parametrize(
    ("payload", "fields"),
    [
        ({}, {}),
        ({"product_id": 42, "name": "tea"}, {"product_id": ["42"], "name": ["tea"]}),
        (
            {"on": True, "off": False, "price": 1.5},
            {"on": ["true"], "off": ["false"], "price": ["1.5"]},
        ),
        ({"many": ["a", 1, None, {}]}, {"many": ["a", "1"]}),
        ({"nothing": None}, {}),
        ({"form_data": {"name": "ada", "age": 36}}, {"name": ["ada"], "age": ["36"]}),
    ],
)
def test_a_payload_as_the_fields_of_a_form(payload: Any, fields: dict[str, list[str]]) -> None:
    assert dict(posted(payload).lists()) == fields


def test_what_is_posted_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        posted({"name": "tea"})["name"] = "coffee"
