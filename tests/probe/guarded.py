"""Handlers and state classes that are guarded in each way, and pages of them."""

from __future__ import annotations

from typing import Any

import reflex as rx
from django.contrib.auth import alogin, alogout
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from reflex_adapter import page, template
from reflex_adapter.auth import (
    group_required,
    login_required,
    permission_required,
    staff_required,
    user_passes_test,
)
from reflex_adapter.state import AppState
from tests.probe.kinds import noted
from tests.probe.middleware import trace


async def is_called_ada(user: Any) -> bool:
    return bool(user.get_username() == "ada")


def is_nobody_else(user: Any) -> bool:
    """Ask the database, as a test may, and refuse as one may."""
    if User.objects.exclude(pk=user.pk).exists():
        raise PermissionDenied
    return True


class Mixin(rx.State, mixin=True):
    @rx.event
    @login_required
    async def of_mixin(self):
        trace.append("of_mixin")


class DoorState(Mixin, AppState):
    """Anybody may have it; most of its handlers are guarded. Each notes that it has run."""

    seen: str = ""

    @rx.event
    async def open(self):
        trace.append("open")

    @rx.event
    @login_required
    async def below(self):
        trace.append("below")

    @login_required
    @rx.event
    async def above(self):
        trace.append("above")

    @login_required()
    async def undecorated(self):
        trace.append("undecorated")

    @rx.event
    @noted
    @login_required
    async def decorated(self):
        trace.append("decorated")

    @rx.event
    @login_required
    def plain(self):
        trace.append(f"plain {User.objects.count()}")

    @rx.event
    @login_required
    async def generator(self):
        trace.append("generator")
        yield

    @rx.event
    @login_required
    def plain_generator(self):
        trace.append("plain_generator")
        yield

    @rx.event(background=True)
    @login_required
    async def background(self):
        trace.append("background")

    @login_required
    @rx.event(background=True)
    async def background_generator(self):
        trace.append("background_generator")
        yield

    @rx.event
    @login_required
    async def upload(self, files: list[rx.UploadFile]):
        trace.append("upload")

    @rx.event
    @permission_required("auth.add_user")
    async def with_permission(self):
        trace.append("with_permission")

    @rx.event
    @permission_required(["auth.add_user", "auth.view_user"], raise_exception=True)
    async def with_permissions(self):
        trace.append("with_permissions")

    @rx.event
    @group_required("editors", "authors")
    async def in_group(self):
        trace.append("in_group")

    @rx.event
    @staff_required
    async def of_staff(self):
        trace.append("of_staff")

    @rx.event
    @user_passes_test(is_called_ada, login_url="/who/?a=1", redirect_field_name="back")
    async def of_ada(self):
        trace.append("of_ada")

    @rx.event
    @user_passes_test(is_nobody_else)
    async def alone(self):
        trace.append("alone")

    @rx.event
    @login_required
    @staff_required
    async def twice(self):
        trace.append("twice")

    @rx.event
    async def write_payroll(self, salary: str):
        (await self.get_state(PayrollState)).salary = salary

    @rx.event(background=True)
    async def write_payroll_in_background(self, salary: str):
        async with self:
            (await self.get_state(PayrollState)).salary = salary

    @rx.event
    async def write_payroll_and_yield(self, salary: str):
        (await self.get_state(PayrollState)).salary = salary
        yield

    @rx.event
    async def change_closed(self):
        (await self.get_state(ClosedState)).changes += 1

    @rx.event
    async def become(self, username: str):
        await alogout(self.request)
        if username:
            await alogin(self.request, await User.objects.aget(username=username))

    @rx.event
    async def give(self, tab: str, salary: str):
        from reflex_adapter.django_led_app import app  # noqa: PLC0415 - it imports this module

        async with app.modify_state(rx.BaseStateToken(ident=tab, cls=PayrollState)) as root:
            (await root.get_state(PayrollState)).salary = salary
            (await root.get_state(DoorState)).seen = salary


@rx.event
@login_required
async def outside_below(self: DoorState):
    trace.append("outside_below")


@login_required
@rx.event
async def outside_above(self: DoorState):
    trace.append("outside_above")


@staff_required
class PayrollState(AppState):
    salary: str = "of the staff"

    @rx.var(cache=False)
    def always(self) -> str:
        return f"payroll of {self.user.get_username()}"

    @rx.event
    async def raise_salary(self):
        trace.append("raise_salary")
        self.salary = "more"


class PensionState(PayrollState):
    """Guarded by what it inherits from."""

    pension: str = "of the staff too"

    @rx.event
    async def pay(self):
        trace.append("pay")


@group_required("accountants")
class AccountsState(rx.State):
    """Knows nothing of Django, but its guard does."""

    accounts: str = "of accountants"

    @rx.event
    async def look(self):
        trace.append("look")


asked: list[str] = []


def is_asked(user: Any) -> bool:
    asked.append(user.get_username())
    return False


@user_passes_test(is_asked)
class ClosedState(AppState):
    """Nobody is sent it."""

    changes: int = 0


@login_required
class MemberMixin(rx.State, mixin=True):
    card: str = "of a member"

    @rx.event
    async def show_card(self):
        trace.append("show_card")


class ClubState(MemberMixin, AppState):
    club: str = "of a member too"


@login_required
@template(route="/payroll", on_load=DoorState.open)
def payroll() -> rx.Component:
    return rx.text(PayrollState.salary, PensionState.pension, AccountsState.accounts)


@page(route="/club/[name]", on_load=[DoorState.open])
@group_required("editors")
def club() -> rx.Component:
    return rx.text(ClubState.card, DoorState.seen)


@page(route="/club/open", on_load=DoorState.open)
def open_club() -> rx.Component:
    return rx.text("for everybody")


@staff_required
@page(route="/silent")
def silent() -> rx.Component:
    return rx.text("no handler runs when this is loaded")
