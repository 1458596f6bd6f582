"""What the pages show, and what their buttons do.

Everything a state shows is plain data, because it is sent to the browser and kept between events;
products themselves stay in the database. Every public function in a state can be called by any
client with any arguments: check them here, keep helpers outside.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import reflex as rx
from django.core.exceptions import ValidationError
from django.core.files import File
from django.http import HttpResponseForbidden
from django.utils.formats import number_format
from django.utils.translation import gettext

from reflex_adapter.state import AppState
from shop import cart
from shop.models import Product


@dataclass
class ProductCard:
    """A product as the list shows it."""

    id: int = 0
    slug: str = ""
    name: str = ""
    description: str = ""
    price: str = ""
    stock: int = 0
    in_stock: str = ""
    photo: str = ""


@dataclass
class CartRow:
    """A line of the cart as the cart page shows it."""

    product_id: int
    name: str
    quantity: int
    total: str
    in_stock: bool


class ShopState(AppState):
    """What every page shows, and the product list."""

    greeting: str = ""
    cart_count: int = 0
    products: list[ProductCard] = []

    @rx.event
    async def on_load(self):
        name = self.user.get_username() or gettext("guest")
        self.greeting = gettext("Hi, {name}").format(name=name)
        self.cart_count = cart.count(self.session)
        self.products = [product_card(product) async for product in Product.objects.all()]

    # A plain `def` runs in a thread of its own, so the ORM works as in any Django view.
    @rx.event
    def add_to_cart(self, product_id: int):
        product = find_product(product_id)
        if product is None:
            self.messages.error(gettext("There is no such product."))
        elif cart.add(self.session, product):
            self.messages.success(gettext("{name} is in your cart.").format(name=product.name))
        else:
            none_left = gettext("No more of this in stock: {name}.")
            self.messages.warning(none_left.format(name=product.name))
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
            self.messages.error(gettext("This is not in your cart."))
        show_cart(self)


class AccountState(ShopState):
    """What the account page needs besides the mirrors of who is logged in."""

    # Not AppState.csrf_token, which would give every visitor of the shop a cookie for it.
    logout_token: str = ""

    @rx.event
    async def on_load(self):
        self.cart_count = cart.count(self.session)
        self.logout_token = self.csrf_token if self.is_authenticated else ""


class PhotoState(ShopState):
    """Photos for the products, from those who may change them."""

    @rx.event
    def add_photos(self, files: list[rx.UploadFile]):
        if not self.user.has_perm("shop.change_product"):
            return HttpResponseForbidden()
        for file in files:
            if product := add_photo(file):
                names = {"product": product.name, "user": self.user.get_username()}
                self.messages.success(gettext("{product} has a photo by {user}.").format(**names))
            else:
                no_photo = gettext("{name} is no photo named after a product.")
                self.messages.error(no_photo.format(name=file.name))


def add_photo(file: rx.UploadFile) -> Product | None:
    """Keep the photo of the product it is named after; return nothing if there is no such one."""
    product = Product.objects.filter(slug=file.path.stem).first() if file.path else None
    if product is None:
        return None
    product.photo = File(file.file, name=file.path.name)
    try:
        product.clean_fields(exclude=["name", "slug", "description", "price", "stock"])
    except ValidationError:
        return None
    product.save(update_fields=["photo"])
    return product


def find_product(product_id: Any) -> Product | None:
    """Return the product of that id, which a client may have made up."""
    if not isinstance(product_id, int):
        return None
    return Product.objects.filter(pk=product_id).first()


def product_card(product: Product) -> ProductCard:
    return ProductCard(
        id=product.pk,
        slug=product.slug,
        name=product.name,
        description=product.description,
        price=euros(product.price),
        stock=product.stock,
        in_stock=gettext("{number} in stock").format(number=product.stock),
        photo=product.photo.url if product.photo else "",
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


def euros(amount: Decimal) -> str:
    """Return an amount as one writes it in the language of the event."""
    number = number_format(amount, decimal_pos=2, force_grouping=True)
    return gettext("€{number}").format(number=number)
