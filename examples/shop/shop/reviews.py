"""The page of a product: its reviews, and a form that Django's ``ReviewForm`` checks."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext

from reflex_adapter import template
from reflex_adapter.state import AppState
from shop import cart
from shop.components import login_hint, product_tile, with_navigation
from shop.forms import ReviewForm
from shop.language import label as _
from shop.models import RATINGS, Product, Review
from shop.states import ProductCard, ShopState, product_card


@dataclass
class ReviewRow:
    """A review as the page shows it."""

    author: str
    stars: str
    date: str
    text: str


class ReviewState(ShopState):
    """A product and what people say of it; ``slug`` is what stands in the page's path."""

    product: ProductCard = ProductCard()
    missing: bool = False
    reviews: list[ReviewRow] = []
    errors: dict[str, str] = {}

    @rx.event
    def on_load(self):
        self.product, self.reviews, self.errors = ProductCard(), [], {}
        self.cart_count = cart.count(self.session)
        product = Product.objects.filter(slug=self.slug).first()
        self.missing = product is None
        if product is not None:
            self.product = product_card(product)
            self.reviews = review_rows(product)

    @rx.event
    def save_review(self, data: dict[str, Any]):
        if not self.user.is_authenticated:
            raise PermissionDenied
        product = get_object_or_404(Product, slug=self.slug)
        mine = product.reviews.filter(user=self.user).first()
        form = ReviewForm(data, instance=mine or Review(product=product, user=self.user))
        self.errors = {field: " ".join(errors) for field, errors in form.errors.items()}
        if form.is_valid():
            form.save()
            self.reviews = review_rows(product)
            self.messages.success(gettext("Thank you for your review."))
            return rx.set_value("text", "")


def review_rows(product: Product) -> list[ReviewRow]:
    return [review_row(review) for review in product.reviews.select_related("user")]


def review_row(review: Review) -> ReviewRow:
    return ReviewRow(
        author=review.user.get_username(),
        stars=review.get_rating_display(),
        date=date_format(review.date),
        text=review.text,
    )


@template(route="/product/[slug]", title=_("Tea shop"), on_load=ReviewState.on_load)
def product_page() -> rx.Component:
    nothing = rx.text(_("There is no such product."), id="product-missing")
    return with_navigation(
        rx.cond(ReviewState.product.id, product_with_reviews()),
        rx.cond(ReviewState.missing, nothing),  # and neither of them while it is loaded
    )


def product_with_reviews() -> rx.Component:
    page = f"/product/{ReviewState.product.slug}"
    return rx.flex(
        product_tile(ReviewState.product),
        rx.heading(_("Reviews"), as_="h2", size="5"),
        rx.foreach(ReviewState.reviews, review_card),
        rx.cond(AppState.is_authenticated, review_form(), login_hint(page)),
        direction="column",
        spacing="5",
        width="100%",
    )


def review_card(review: rx.Var[ReviewRow]) -> rx.Component:
    return rx.card(
        rx.flex(
            rx.text(review.stars, color_scheme="amber"),
            rx.text(review.author, weight="bold"),
            rx.text(review.date, color_scheme="gray"),
            spacing="3",
            wrap="wrap",
        ),
        rx.text(review.text, white_space="pre-wrap"),
        class_name="review",
    )


def review_form() -> rx.Component:
    return rx.form(
        rx.flex(
            form_field(_("Rating"), "rating", rating_select()),
            form_field(_("Your review"), "text", rx.text_area(id="text", name="text", rows="4")),
            rx.button(_("Send"), type="submit", id="send", width="fit-content"),
            direction="column",
            spacing="3",
        ),
        on_submit=ReviewState.save_review,
    )


def form_field(label: rx.Var[str], name: str, control: rx.Component) -> rx.Component:
    """Return a field of the form, with what Django has against what was entered in it."""
    error = rx.text(ReviewState.errors[name], id=f"{name}-error", color_scheme="red", role="alert")
    return rx.flex(
        rx.text(label, as_="label", html_for=name, weight="bold"),
        control,
        rx.cond(ReviewState.errors.contains(name), error),
        direction="column",
        spacing="1",
    )


def rating_select() -> rx.Component:
    items = [rx.select.item(stars, value=str(rating)) for rating, stars in RATINGS]
    return rx.select.root(
        rx.select.trigger(id="rating", placeholder=_("Choose"), width="fit-content"),
        rx.select.content(*items),
        name="rating",
    )
