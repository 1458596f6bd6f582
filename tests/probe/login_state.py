"""A state that logs people in and out, with nothing but Django's own functions."""

import reflex as rx
from django.contrib import auth

from reflex_adapter.current import current_request
from reflex_adapter.state import AppState, keeps


@keeps("seen")
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

    @rx.event
    async def look_around(self):
        """Find the request from here, from another state, and from what was called."""
        other = await self.get_state(PassiveState)
        requests = {id(it) for it in (self.request, other.request, current_request())}
        users = {it.get_username() for it in (self.user, self.request.user, other.user)}
        kept = [name for name in vars(other) if "request" in name or "user" in name]
        self.seen = f"{len(requests)} {sorted(users)} {kept}"

    @rx.event
    async def answer_with(self, header: str, value: str):
        self.response[header] = value


class PassiveState(AppState):
    """A state that handlers of others reach for."""

    note: str = ""
