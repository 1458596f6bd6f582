"""The cart of a visitor: product ids and quantities in the session.

A session is all it needs, so a Django view and a Reflex handler use the same functions. The
session is JSON, whose keys are strings, and it sees only assignments: a cart in it is replaced,
never changed in place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.sessions.backends.base import SessionBase

from shop.models import Product

KEY = "cart"


@dataclass(frozen=True)
class CartLine:
    """So many of one product."""

    product: Product
    quantity: int

    @property
    def total(self) -> Decimal:
        return self.product.price * self.quantity

    @property
    def in_stock(self) -> bool:
        return self.quantity <= self.product.stock


def add(session: SessionBase, product: Product) -> bool:
    """Put one more ``product`` into the cart; ``False`` if that is more than there is in stock."""
    quantities = session.get(KEY, {})
    wanted = quantities.get(str(product.pk), 0) + 1
    if wanted > product.stock:
        return False
    session[KEY] = {**quantities, str(product.pk): wanted}
    return True


def remove(session: SessionBase, product_id: int) -> bool:
    """Take all of a product out of the cart; ``False`` if there was none."""
    quantities = dict(session.get(KEY, {}))
    if quantities.pop(str(product_id), None) is None:
        return False
    session[KEY] = quantities
    return True


def count(session: SessionBase) -> int:
    """Return how many things are in the cart, without asking the database."""
    return sum(session.get(KEY, {}).values())


def lines(session: SessionBase) -> list[CartLine]:
    """Return the cart with its products, and forget those that are sold no longer. One query."""
    quantities = session.get(KEY, {})
    products = Product.objects.filter(pk__in=quantities)
    found = [CartLine(product, quantities[str(product.pk)]) for product in products]
    if len(found) < len(quantities):
        session[KEY] = {str(line.product.pk): line.quantity for line in found}
    return found


def total(cart_lines: Iterable[CartLine]) -> Decimal:
    return sum((line.total for line in cart_lines), Decimal("0.00"))
