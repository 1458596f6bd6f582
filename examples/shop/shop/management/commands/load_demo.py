"""Load a few products and the user ``demo``. What is there already stays as it is."""

from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.text import slugify

from shop.models import Product

PRODUCTS = [
    ("Teapot", "Holds one litre and pours without a drop beside the cup.", "24.90", 12),
    ("Tea cup", "Thin porcelain, made to be held with both hands.", "8.50", 40),
    ("Green tea", "From this year's first harvest, 100 g.", "11.20", 25),
    ("Black tea", "Strong enough for milk, 250 g.", "7.80", 30),
    ("Tea strainer", "Stainless steel. The last two.", "5.40", 2),
    ("Tea caddy", "Japanese tin with two lids. Back in spring.", "18.00", 0),
]


class Command(BaseCommand):
    help = "Load the demo products, and the administrator 'demo' with the password 'demo'."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        created = sum(load_product(*product) for product in PRODUCTS)
        load_user("demo")
        self.stdout.write(f"{created} products loaded; log in as demo, password demo.")


def load_product(name: str, description: str, price: str, stock: int) -> bool:
    """Return whether the product is new; what was changed in the admin is left alone."""
    values = {"name": name, "description": description, "price": Decimal(price), "stock": stock}
    return Product.objects.get_or_create(slug=slugify(name), defaults=values)[1]


def load_user(name: str) -> None:
    users = get_user_model().objects
    if not users.filter(username=name).exists():
        users.create_superuser(name, email=f"{name}@example.com", password=name)
