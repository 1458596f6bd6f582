"""Log in and out on a page of Reflex, with nothing but Django's own functions."""

from typing import Any

import reflex as rx
from django.contrib.auth import aauthenticate, alogin, alogout

from reflex_adapter import template
from reflex_adapter.state import AppState
from shop.components import with_navigation
from shop.language import label as _
from shop.states import ShopState


class LoginState(ShopState):
    """What the login page does."""

    refused: bool = False

    @rx.event
    async def on_load(self):
        self.refused = False

    @rx.event
    async def log_in(self, form: dict[str, Any]):
        credentials = {name: str(form.get(name, "")) for name in ("username", "password")}
        user = await aauthenticate(self.request, **credentials)
        self.refused = user is None
        if user is None:
            return rx.set_value("password", "")
        await alogin(self.request, user)
        return rx.redirect("/account")

    @rx.event
    async def log_out(self):
        await alogout(self.request)
        return rx.redirect("/")


@template(route="/login", title=_("Log in - Tea shop"), on_load=LoginState.on_load)
def login_page() -> rx.Component:
    return with_navigation(rx.cond(AppState.is_authenticated, logged_in(), login_form()))


def login_form() -> rx.Component:
    refused = rx.text(_("That is not right."), id="refused", color_scheme="red", role="alert")
    return rx.fragment(
        rx.heading(_("Log in"), size="7"),
        rx.form(
            rx.flex(
                rx.input(name="username", placeholder=_("Username"), auto_complete=True),
                rx.input(
                    id="password", name="password", placeholder=_("Password"), type="password"
                ),
                rx.cond(LoginState.refused, refused),
                rx.button(_("Log in"), type="submit", id="log-in"),
                direction="column",
                spacing="3",
            ),
            on_submit=LoginState.log_in,
            max_width="24em",
        ),
    )


def logged_in() -> rx.Component:
    """Return who it is, and what is left to do here."""
    return rx.fragment(
        rx.heading(_("Log out"), size="7"),
        rx.text(_("You are logged in as"), " ", rx.text.strong(AppState.username, id="who")),
        rx.button(_("Log out"), id="log-out", variant="soft", on_click=LoginState.log_out),
    )
