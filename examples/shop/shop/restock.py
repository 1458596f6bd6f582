"""Fill the shelves: a background task that shows how far it is, and can be stopped."""

import asyncio

import reflex as rx
from django.utils.translation import gettext

from shop.language import label as _
from shop.models import Product
from shop.states import ShopState

FULL = 50
SUPPLIER_TAKES = 0.5  # seconds a product


class RestockState(ShopState):
    """Orders what there is less of than fits the shelf, one product after the other."""

    restocking: bool = False
    progress: int = 0  # per cent
    _run: int = 0  # a task goes on while this is its own

    @rx.event(background=True)
    async def restock(self):
        async with self:
            if not await self.user.ahas_perm("shop.change_product"):
                return rx.toast.error(gettext("Only staff may do that."))
            self._run += 1
            self.restocking, self.progress, run = True, 0, self._run
        products = [product async for product in Product.objects.filter(stock__lt=FULL)]
        for number, product in enumerate(products, start=1):
            await asyncio.sleep(SUPPLIER_TAKES)
            async with self:  # ends the task if who began it has logged out meanwhile
                if self._run != run:
                    return None
                await Product.objects.filter(pk=product.pk).aupdate(stock=FULL)
                self.progress = 100 * number // len(products)
        async with self:
            self.restocking = False
        return rx.toast.success(gettext("Everything is in stock again."))

    @rx.event
    async def stop(self):
        self._run += 1
        self.restocking = False


def restock_control() -> rx.Component:
    return rx.cond(
        RestockState.restocking,
        rx.flex(
            rx.progress(value=RestockState.progress, id="progress"),
            rx.button(_("Stop"), id="stop", size="1", variant="soft", on_click=RestockState.stop),
            align="center",
            spacing="3",
        ),
        rx.button(
            _("Restock everything"),
            id="restock",
            width="fit-content",
            on_click=RestockState.restock,
        ),
    )
