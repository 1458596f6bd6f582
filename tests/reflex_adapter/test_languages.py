"""Language and time zone: what middleware activates is what handlers and computed vars find."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from tests.reflex_adapter.client import BLIND, LAZY, LOOK, VAR, EventClient, connected, run
from tests.reflex_adapter.stores import disk, in_redis, memory, states_kept_by

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]
Use = Callable[..., None]

LOCALE = "django.middleware.locale.LocaleMiddleware"
ZONES = ["tests.probe.middleware.TimeZone", "tests.probe.middleware.time_zone"]
HANDLERS = [
    "greet",
    "greet_in_a_thread",
    "greet_step_by_step",
    "greet_step_by_step_in_a_thread",
    "greet_in_background",
]


async def greeted(tab: EventClient, handler: str) -> str:
    tab.state.setdefault(LOOK, {}).pop("seen_rx_state_", None)
    await tab.send(f"{LOOK}.{handler}")
    await tab.receive_until(lambda tab: tab.var(LOOK, "seen"))
    return str(tab.var(LOOK, "seen"))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("handler", HANDLERS)
async def test_a_handler_of_any_kind_finds_them(
    site: str, use_middleware: Use, handler: str, zone: str
) -> None:
    use_middleware(LOCALE, zone)
    async with connected(site, cookie="zone=Asia/Tokyo", language="de") as tab:
        if "background" in handler and "time_zone" in zone:
            assert (
                await greeted(tab, handler) == f"Ja  {settings.TIME_ZONE}"
            )  # its chain is complete
        else:
            assert await greeted(tab, handler) == "Ja  Asia/Tokyo"


async def test_a_computed_var_finds_them(site: str, use_middleware: Use) -> None:
    use_middleware(LOCALE, *ZONES)
    async with connected(site, cookie="zone=Asia/Tokyo", language="fr") as tab:
        assert tab.var(LOOK, "live") == " | Oui  Asia/Tokyo | "
        assert tab.var(LOOK, "cached_language") == "Oui fr"
        await run(tab, "who")
        assert tab.var(LOOK, "live") == " | Oui  Asia/Tokyo | "


async def test_a_cached_var_follows_the_language(site: str, use_middleware: Use) -> None:
    use_middleware(LOCALE)
    async with connected(site, language="fr") as tab:
        assert tab.var(LOOK, "cached_language") == "Oui fr"
        await tab.send(f"{LOOK}.speak", language="de")
        await tab.receive_until(lambda tab: tab.var(LOOK, "cached_language") == "Ja de")


@pytest.mark.parametrize("store", [memory, in_redis])
async def test_a_cached_var_that_reads_nothing_of_its_state_follows_them_too(
    site: str, use_middleware: Use, store: Any, request: pytest.FixtureRequest
) -> None:
    use_middleware(LOCALE, *ZONES)
    url = request.getfixturevalue("redis_url") if store is in_redis else ""
    async with store(url) as (manager, _), states_kept_by(manager):
        async with connected(site, token="blind", language="fr") as tab:
            assert tab.var(BLIND, "blind") == f"Oui  {settings.TIME_ZONE}"
            await tab.send(f"{LOOK}.speak", language="de")
            await tab.receive_until(lambda tab: tab.var(BLIND, "blind").startswith("Ja"))
        options = {"token": "blind", "visitor": tab.visitor, "language": "de"}
        async with connected(site, cookie="zone=Asia/Tokyo", **options) as tab:
            assert tab.var(BLIND, "blind") == "Ja  Asia/Tokyo"


async def test_what_a_handler_activates_ends_with_its_event(site: str, use_middleware: Use) -> None:
    async with connected(site) as tab:  # without LocaleMiddleware nothing would reset it
        await tab.send(f"{LOOK}.speak", language="de")
        for handler in ("greet_in_a_thread", "greet", "greet_in_a_thread"):
            assert (await greeted(tab, handler)).startswith("Yes ")
            await tab.send(f"{LOOK}.mirrors")
            await tab.receive()


async def test_many_at_once_never_see_each_others(site: str, use_middleware: Use) -> None:
    use_middleware(LOCALE, ZONES[0])
    words = {"de": "Ja", "fr": "Oui", "es": "Sí", "en": "Yes"}
    zones = ["Asia/Tokyo", "Europe/Paris", "America/Lima"]

    async def visit(language: str, zone: str) -> None:
        async with connected(site, cookie=f"zone={zone}", language=language) as tab:
            expected = f"{words[language]}  {zone}"
            for handler in HANDLERS * 3:
                assert await greeted(tab, handler) == expected
                assert expected in tab.var(LOOK, "live")

    async with asyncio.TaskGroup() as group:
        for language in words:
            for zone in zones:
                group.create_task(visit(language, zone))


async def test_a_language_chosen_by_cookie_counts_from_the_next_event_on(
    site: str, use_middleware: Use
) -> None:
    use_middleware(LOCALE)
    async with connected(site, language="fr") as tab:
        assert (await greeted(tab, "greet")).startswith("Oui ")
        await tab.send(f"{LOOK}.choose_language", language="de")
        await tab.receive_until(lambda tab: tab.scripts)  # the page fetches the cookie, too
        assert (await greeted(tab, "greet")).startswith("Ja ")
        assert (await greeted(tab, "greet_step_by_step_in_a_thread")).startswith("Ja ")


async def test_the_cookie_wins_over_what_the_browser_accepts(
    site: str, use_middleware: Use
) -> None:
    use_middleware(LOCALE)
    async with connected(site, cookie="django_language=de", language="fr") as tab:
        assert (await greeted(tab, "greet")).startswith("Ja ")


@pytest.mark.parametrize("store", [memory, disk, in_redis])
async def test_lazy_text_is_sent_in_the_language_of_the_moment(
    site: str, use_middleware: Use, store: Any, request: pytest.FixtureRequest
) -> None:
    use_middleware(LOCALE)
    url = request.getfixturevalue("redis_url") if store is in_redis else ""
    async with (
        store(url) as (manager, _),
        states_kept_by(manager),
        connected(site, language="de", token="lazy") as tab,
    ):
        await tab.send(f"{LAZY}.answer")
        await run(tab, "who")
        assert (tab.var(LAZY, "text"), tab.var(LAZY, "texts")) == ("Ja", [{"no": "Nein"}])
        mine = {"visitor": tab.visitor, "token": "lazy"}
        async with connected(site, language="fr", **mine) as again:
            assert again.var(LAZY, "text") == "Oui"


async def test_lazy_text_of_a_step_or_a_background_task_is_too(
    site: str, use_middleware: Use
) -> None:
    use_middleware(LOCALE)
    async with connected(site, language="de") as tab:
        await tab.send(f"{LAZY}.answer_and_go_on")
        await run(tab, "who")
        texts = [update.get("delta", {}).get(LAZY) for update in tab.updates]
        assert [it[f"text{VAR}"] for it in texts if it][-2:] == ["Ja", "Nein"]
        await tab.send(f"{LAZY}.answer_in_background")
        await tab.receive_until(lambda tab: tab.var(LAZY, "text") == "Ja")
