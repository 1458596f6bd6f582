"""A state that logs people in and out, with nothing but Django's own functions."""

import reflex as rx
from django.contrib import auth

from reflex_adapter.state import AppState


class LoginState(AppState):
    """``seen`` is what the last handler found."""

    seen: str = ""

    @rx.event
    async def log_in(self, username: str, password: str):
        user = await auth.aauthenticate(self.request, username=username, password=password)
        if user is None:
            self.seen = "refused"
            return
        await auth.alogin(self.request, user)
        self.seen = f"user={self.user.get_username()}"

    @rx.event
    def log_in_from_a_thread(self, username: str, password: str):
        user = auth.authenticate(self.request, username=username, password=password)
        auth.login(self.request, user)
        self.seen = f"user={self.user.get_username()}"

    @rx.event
    async def log_out(self):
        await auth.alogout(self.request)
        self.seen = f"user={self.user.get_username()}"

    @rx.event
    def log_out_from_a_thread(self):
        auth.logout(self.request)
        self.seen = f"user={self.user.get_username()}"

    @rx.event
    async def change_password(self, password: str):
        user = self.user
        user.set_password(password)
        await user.asave()
        await auth.aupdate_session_auth_hash(self.request, user)

    @rx.event
    def change_password_from_a_thread(self, password: str):
        user = self.user
        user.set_password(password)
        user.save()
        auth.update_session_auth_hash(self.request, user)

    @rx.event
    async def who(self, number: int):
        self.seen = f"{number} user={self.user.get_username()}"
