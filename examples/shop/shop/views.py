"""The pages of the shop: Reflex finds them where Django finds views."""

import reflex as rx

from reflex_adapter import template
from reflex_adapter.auth import login_required
from reflex_adapter.state import AppState
from shop.components import account_card, cart_table, product_tile, with_navigation
from shop.language import label as _
from shop.login import login_page
from shop.reviews import product_page
from shop.states import AccountState, CartState, ShopState

__all__ = ["account_page", "cart_page", "home", "login_page", "product_page"]


@template(route="/", title=_("Tea shop"), on_load=ShopState.on_load)
def home() -> rx.Component:
    return with_navigation(
        rx.heading(ShopState.greeting, id="greeting", size="7"),
        rx.grid(
            rx.foreach(ShopState.products, product_tile),
            columns=rx.breakpoints(initial="1", xs="2", md="3"),
            spacing="4",
            width="100%",
        ),
    )


@template(route="/cart", title=_("Cart - Tea shop"), on_load=CartState.on_load)
def cart_page() -> rx.Component:
    return with_navigation(
        rx.heading(_("Your cart"), size="7"),
        rx.cond(
            CartState.rows, cart_table(), rx.text(_("There is nothing in it."), id="cart-empty")
        ),
    )


@login_required
@template(route="/account", title=_("Account - Tea shop"), on_load=AccountState.on_load)
def account_page() -> rx.Component:
    return with_navigation(
        rx.heading(_("Your account"), size="7"),
        rx.cond(AppState.is_authenticated, account_card()),  # the page may outlive the login
    )
