"""The pages of the shop, and the states behind them: what a page shows, and what its buttons do.

Everything a state shows is plain data, because it is sent to the browser and kept between events;
products themselves stay in the database. Every public function in a state can be called by any
client with any arguments: check them here, keep helpers outside.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import reflex as rx
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from reflex_adapter import template
from reflex_adapter.state import AppState
from shop import cart
from shop.models import Product


@dataclass
class ProductCard:
    """A product as the list shows it."""

    id: int
    name: str
    description: str
    price: str
    stock: int


@dataclass
class CartRow:
    """A line of the cart as the cart page shows it."""

    product_id: int
    name: str
    quantity: int
    total: str
    in_stock: bool


@dataclass
class Account:
    """Who is logged in; nobody, if the username is empty."""

    username: str = ""
    email: str = ""
    is_staff: bool = False


class ShopState(AppState):
    """What every page shows, and the product list."""

    greeting: str = ""
    cart_count: int = 0
    products: list[ProductCard] = []

    @rx.event
    async def on_load(self):
        self.greeting = f"Hi, {self.user.get_username() or 'guest'}"
        self.cart_count = cart.count(self.session)
        self.products = [product_card(product) async for product in Product.objects.all()]

    # A plain `def` runs in a thread of its own, so the ORM works as in any Django view.
    @rx.event
    def add_to_cart(self, product_id: int):
        product = find_product(product_id)
        if product is None:
            self.messages.error("There is no such product.")
        elif cart.add(self.session, product):
            self.messages.success(f"{product.name} is in your cart.")
        else:
            self.messages.warning(f"No more of this in stock: {product.name}.")
        self.cart_count = cart.count(self.session)
        self.products = [product_card(product) for product in Product.objects.all()]


class CartState(ShopState):
    """What is in the cart."""

    rows: list[CartRow] = []
    total: str = ""

    @rx.event
    def on_load(self):
        show_cart(self)

    @rx.event
    def remove_from_cart(self, product_id: int):
        if not cart.remove(self.session, product_id):
            self.messages.error("This is not in your cart.")
        show_cart(self)


class AccountState(ShopState):
    """Who is logged in."""

    account: Account = Account()
    logout_token: str = ""

    @rx.event
    async def on_load(self):
        self.cart_count = cart.count(self.session)
        self.account = account_of(self.user)
        self.logout_token = self.csrf_token if self.user.is_authenticated else ""


def find_product(product_id: Any) -> Product | None:
    """Return the product of that id, which a client may have made up."""
    if not isinstance(product_id, int):
        return None
    return Product.objects.filter(pk=product_id).first()


def product_card(product: Product) -> ProductCard:
    return ProductCard(
        id=product.pk,
        name=product.name,
        description=product.description,
        price=euros(product.price),
        stock=product.stock,
    )


def show_cart(state: CartState) -> None:
    lines = cart.lines(state.session)
    state.rows = [cart_row(line) for line in lines]
    state.total = euros(cart.total(lines))
    state.cart_count = cart.count(state.session)


def cart_row(line: cart.CartLine) -> CartRow:
    return CartRow(
        product_id=line.product.pk,
        name=line.product.name,
        quantity=line.quantity,
        total=euros(line.total),
        in_stock=line.in_stock,
    )


def account_of(user: AbstractBaseUser | AnonymousUser) -> Account:
    if not user.is_authenticated:
        return Account()
    return Account(username=user.get_username(), email=user.email, is_staff=user.is_staff)


def euros(amount: Decimal) -> str:
    return f"€{amount:,.2f}"


@template(route="/", title="Tea shop", on_load=ShopState.on_load)
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


@template(route="/cart", title="Cart - Tea shop", on_load=CartState.on_load)
def cart_page() -> rx.Component:
    return with_navigation(
        rx.heading("Your cart", size="7"),
        rx.cond(CartState.rows, cart_table(), rx.text("There is nothing in it.", id="cart-empty")),
    )


@template(route="/account", title="Account - Tea shop", on_load=AccountState.on_load)
def account_page() -> rx.Component:
    return with_navigation(
        rx.heading("Your account", size="7"),
        rx.cond(AccountState.account.username, account_card(), login_hint()),
    )


def with_navigation(*content: rx.Component) -> rx.Component:
    return rx.vstack(navigation(), *content, spacing="5", padding_y="4", width="100%")


def navigation() -> rx.Component:
    return rx.flex(
        rx.link("Tea shop", href="/", weight="bold", size="4"),
        rx.spacer(),
        rx.link("Cart ", rx.badge(ShopState.cart_count, id="cart-count"), href="/cart"),
        rx.link("Account", href="/account"),
        align="center",
        spacing="5",
        width="100%",
    )


def product_tile(product: rx.Var[ProductCard]) -> rx.Component:
    return rx.card(
        rx.flex(
            rx.heading(product.name, as_="h2", size="4"),
            rx.text(product.description, color_scheme="gray", flex_grow="1"),
            rx.flex(
                rx.text(product.price, weight="bold"),
                stock_badge(product),
                justify="between",
                align="center",
            ),
            rx.button(
                "Add to cart",
                id=f"add-{product.id}",
                disabled=product.stock == 0,
                on_click=ShopState.add_to_cart(product.id),
            ),
            direction="column",
            spacing="3",
            height="100%",
        ),
        custom_attrs={"data-product": product.id},
    )


def stock_badge(product: rx.Var[ProductCard]) -> rx.Component:
    return rx.cond(
        product.stock > 0,
        rx.badge(f"{product.stock} in stock", color_scheme="green"),
        rx.badge("Sold out", color_scheme="gray"),
    )


def cart_table() -> rx.Component:
    return rx.table.root(
        rx.table.header(
            rx.table.row(
                rx.table.column_header_cell("Product"),
                rx.table.column_header_cell("Quantity"),
                rx.table.column_header_cell("Price"),
                rx.table.column_header_cell(""),
            )
        ),
        rx.table.body(
            rx.foreach(CartState.rows, cart_table_row),
            rx.table.row(
                rx.table.row_header_cell("Total"),
                rx.table.cell(CartState.cart_count),
                rx.table.cell(rx.text(CartState.total, id="cart-total", weight="bold")),
                rx.table.cell(""),
            ),
        ),
        width="100%",
    )


def cart_table_row(row: rx.Var[CartRow]) -> rx.Component:
    return rx.table.row(
        rx.table.row_header_cell(
            row.name, " ", rx.cond(row.in_stock, "", rx.badge("Not enough in stock"))
        ),
        rx.table.cell(row.quantity),
        rx.table.cell(row.total),
        rx.table.cell(
            rx.button(
                "Remove",
                id=f"remove-{row.product_id}",
                variant="soft",
                size="1",
                on_click=CartState.remove_from_cart(row.product_id),
            )
        ),
        align="center",
    )


def account_card() -> rx.Component:
    account = AccountState.account
    return rx.card(
        rx.flex(
            rx.heading(account.username, id="username", as_="h2", size="5"),
            rx.text(account.email, id="email"),
            rx.cond(account.is_staff, rx.badge("Staff", id="staff", width="fit-content")),
            rx.flex(
                rx.cond(account.is_staff, django_link("Admin", reverse("admin:index"))),
                logout_form(),
                spacing="4",
                align="center",
            ),
            direction="column",
            spacing="3",
        ),
        width="100%",
    )


def login_hint() -> rx.Component:
    return rx.text(
        "You are not logged in. ",
        django_link("Log in", f"{reverse('admin:login')}?next=/account"),
        id="login-hint",
    )


def django_link(text: str, href: str) -> rx.Component:
    """Return a link to a page of Django's, which the browser loads instead of Reflex's router."""
    return rx.link(text, href=href, reload_document=True)


def logout_form() -> rx.Component:
    """Return Django's own logout, which asks for a POST with a CSRF token."""
    return rx.el.form(
        rx.el.input(type="hidden", name="csrfmiddlewaretoken", value=AccountState.logout_token),
        rx.el.input(type="hidden", name="next", value="/"),
        rx.button("Log out", type="submit", id="logout", variant="soft"),
        action=reverse("admin:logout"),
        method="post",
        on_submit=None,  # otherwise Reflex keeps the browser from sending the form
    )
