"""The parts that the pages are made of."""

import reflex as rx
from django.urls import reverse

from reflex_adapter.state import AppState
from shop.language import label as _
from shop.language import language_switch
from shop.restock import restock_control
from shop.states import AccountState, CartRow, CartState, PhotoState, ProductCard, ShopState


def with_navigation(*content: rx.Component) -> rx.Component:
    """Return the page, which says in which language it is."""
    attributes = {"lang": AppState.language}
    parts = (navigation(), *content)
    return rx.vstack(*parts, custom_attrs=attributes, spacing="5", padding_y="4", width="100%")


def navigation() -> rx.Component:
    return rx.flex(
        rx.link(_("Tea shop"), href="/", weight="bold", size="4"),
        rx.spacer(),
        rx.link(_("Cart"), " ", rx.badge(ShopState.cart_count, id="cart-count"), href="/cart"),
        rx.link(_("Account"), href="/account"),
        language_switch(),
        align="center",
        spacing=rx.breakpoints(initial="3", sm="5"),
        wrap="wrap",
        width="100%",
    )


def product_tile(product: rx.Var[ProductCard]) -> rx.Component:
    return rx.card(
        rx.flex(
            rx.cond(product.photo, photo_of(product)),
            rx.heading(rx.link(product.name, href=f"/product/{product.slug}"), as_="h2", size="4"),
            rx.text(product.description, color_scheme="gray", flex_grow="1"),
            rx.flex(
                rx.text(product.price, weight="bold"),
                stock_badge(product),
                justify="between",
                align="center",
            ),
            rx.button(
                _("Add to cart"),
                disabled=product.stock == 0,
                on_click=ShopState.add_to_cart(product.id),
            ),
            direction="column",
            spacing="3",
            height="100%",
        ),
        custom_attrs={"data-product": product.id},
    )


def photo_of(product: rx.Var[ProductCard]) -> rx.Component:
    """Return the photo, as high as those of the others and whole, whatever its shape."""
    return rx.image(src=product.photo, alt=product.name, height="8em", object_fit="contain")


def stock_badge(product: rx.Var[ProductCard]) -> rx.Component:
    return rx.cond(
        product.stock > 0,
        rx.badge(product.in_stock, color_scheme="green"),
        rx.badge(_("Sold out"), color_scheme="gray"),
    )


def cart_table() -> rx.Component:
    return rx.table.root(
        rx.table.header(
            rx.table.row(
                rx.table.column_header_cell(_("Product")),
                rx.table.column_header_cell(_("Quantity")),
                rx.table.column_header_cell(_("Price")),
                rx.table.column_header_cell(""),
            )
        ),
        rx.table.body(
            rx.foreach(CartState.rows, cart_table_row),
            rx.table.row(
                rx.table.row_header_cell(_("Total")),
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
            row.name, " ", rx.cond(row.in_stock, "", rx.badge(_("Not enough in stock")))
        ),
        rx.table.cell(row.quantity),
        rx.table.cell(row.total),
        rx.table.cell(
            rx.button(
                _("Remove"),
                variant="soft",
                size="1",
                on_click=CartState.remove_from_cart(row.product_id),
            )
        ),
        align="center",
    )


def account_card() -> rx.Component:
    """Return what mirrors say of who is logged in."""
    may_add = AppState.perms.contains("shop.add_product")
    may_change = AppState.perms.contains("shop.change_product")
    add_product = django_link(_("Add a product"), reverse("admin:shop_product_add"))
    return rx.card(
        rx.flex(
            rx.heading(AppState.username, id="username", as_="h2", size="5"),
            rx.text(AppState.email, id="email"),
            rx.cond(AppState.is_staff, rx.badge(_("Staff"), id="staff", width="fit-content")),
            rx.cond(may_change, photo_upload()),
            rx.cond(may_change, restock_control()),
            rx.flex(
                rx.cond(AppState.is_staff, django_link(_("Admin"), reverse("admin:index"))),
                rx.cond(may_add, add_product),
                logout_form(),
                spacing="4",
                align="center",
                wrap="wrap",
            ),
            direction="column",
            spacing="3",
        ),
        width="100%",
    )


def photo_upload() -> rx.Component:
    return rx.upload(
        rx.text(_("Drop photos named after products here: teapot.png, tea-cup.jpg.")),
        id="photos",
        on_drop=PhotoState.add_photos(rx.upload_files("photos")),
        padding="2em",
        width="100%",
    )


def login_hint(page: str | rx.Var[str]) -> rx.Component:
    """Return a link to Django's login, which leads back to ``page``."""
    login = django_link(_("Log in"), f"{reverse('admin:login')}?next={page}")
    return rx.text(_("You are not logged in."), " ", login, id="login-hint")


def django_link(text: rx.Var[str], href: str) -> rx.Component:
    """Return a plain link to a page of Django's, of which Reflex's router knows nothing."""
    return rx.link(text, href=href, as_child=False)


def logout_form() -> rx.Component:
    """Return Django's own logout, which asks for a POST with a CSRF token."""
    return rx.el.form(
        rx.el.input(type="hidden", name="csrfmiddlewaretoken", value=AccountState.logout_token),
        rx.el.input(type="hidden", name="next", value="/"),
        rx.button(
            _("Log out"),
            type="submit",
            id="logout",
            variant="soft",
            disabled=AccountState.logout_token == "",  # the page has not heard from Django yet
        ),
        action=reverse("admin:logout"),
        method="post",
        on_submit=None,  # otherwise Reflex keeps the browser from sending the form
    )
