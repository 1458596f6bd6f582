"""The shop's handlers, called by clients that are no page of it: with any arguments, as anybody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from shop.models import Product, Review
from tests.reflex_adapter.browsing import browser
from tests.reflex_adapter.client import APP_STATE, EventClient, connected

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]
SHOP = f"{APP_STATE}.shop___states____shop_state"
REVIEWS = f"{SHOP}.shop___reviews____review_state"
RESTOCK = f"{SHOP}.shop___restock____restock_state"
LANGUAGE = f"{APP_STATE}.shop___language____language_state"

GOOD = {"rating": "5", "text": "Pours without a drop."}


@pytest.fixture
def teapot(transactional_db: None) -> Product:
    return Product.objects.create(name="Teapot", slug="teapot", price="24.90", stock=12)


async def told(tab: EventClient, text: str) -> None:
    await tab.receive_until(lambda tab: text in json.dumps(tab.told))


async def review(tab: EventClient, data: Any, slug: str = "teapot") -> None:
    """Send the form of a product's page, with the parameters of its route as a page sends them."""
    packet = tab.packet(f"{REVIEWS}.save_review", {"data": data})
    packet["router_data"]["query"] = {"slug": slug}
    await tab.emit("event", packet)


async def test_a_guest_cannot_review(site: str, teapot: Product) -> None:
    async with connected(site, page="/product/teapot") as tab:
        await review(tab, GOOD)
        await told(tab, "403 Forbidden")
    assert await Review.objects.acount() == 0


async def test_what_there_is_not_cannot_be_reviewed(site: str, logged_in: str) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await review(tab, GOOD)
        await told(tab, "404 Not Found")


async def test_who_reviews_again_has_thought_again(
    site: str, logged_in: str, teapot: Product, user: User
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        for rating in "52":
            await review(tab, GOOD | {"rating": rating})
            await tab.receive_until(
                lambda tab, stars="★" * int(rating): (
                    [row["stars"] for row in tab.var(REVIEWS, "reviews")] == [stars]
                )
            )
    found = await Review.objects.aget()
    assert (found.product_id, found.user_id, found.rating) == (teapot.pk, user.pk, 2)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rating": "6"}, "rating"),
        ({"rating": ["5"]}, "rating"),
        ({"rating": None}, "rating"),
        ({"text": "x" * 1001}, "text"),
        ({"text": "\0" * 20}, "text"),
        ({"text": {}}, "text"),
    ],
)
async def test_a_client_may_send_anything(
    site: str, logged_in: str, teapot: Product, wrong: dict[str, Any], field: str
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await review(tab, {**GOOD, **wrong, "user": 1, "product": 99})
        await tab.receive_until(lambda tab: tab.var(REVIEWS, "errors"))
        assert list(tab.var(REVIEWS, "errors")) == [field]
    assert await Review.objects.acount() == 0


async def test_only_who_may_change_products_restocks(
    site: str, logged_in: str, teapot: Product, user: User
) -> None:
    async with connected(site, cookie=logged_in) as tab:
        await tab.send(f"{RESTOCK}.restock")
        await told(tab, "Only staff may do that.")
        permission = await Permission.objects.aget(codename="change_product")
        await user.user_permissions.aadd(permission)
        await tab.send(f"{RESTOCK}.restock")
        await told(tab, "Everything is in stock again.")
        assert tab.var(RESTOCK, "progress") == 100
    await teapot.arefresh_from_db()
    assert teapot.stock == 50


@pytest.mark.parametrize(
    ("code", "cookie"),
    [("de", "django_language=de;"), ("tlh", ""), ("", ""), ("de; Path=/x", ""), (["de"], "")],
)
async def test_only_a_language_of_the_shop_can_be_chosen(site: str, code: Any, cookie: str) -> None:
    async with browser(site) as visitor, visitor.tab() as tab:
        lines = await visitor.does(tab, f"{LANGUAGE}.choose", code=code)
        assert [line[: len(cookie)] for line in lines] == ([cookie] if cookie else [])
