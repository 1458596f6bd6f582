"""States whose vars read the session."""

import reflex as rx

from reflex_adapter.current import current_request
from reflex_adapter.state import AppState

computed: list[str] = []  # the vars that were, in order


class RememberingState(AppState):
    """Its vars read what a handler, or another tab, has left in the session."""

    steps: int = 0
    noted: str = ""

    @rx.var
    def card(self) -> str:
        return f"{self.user.get_username()} {self.session.get('remembered')} {self.noted}"

    @rx.var
    def by_session(self) -> str:
        computed.append("by_session")
        return str(self.session.get("remembered"))

    @rx.var
    async def by_request(self) -> str:
        user = self.request.user.get_username() or "nobody"
        return f"{user} {self.request.path} {self.request.session.get('remembered')}"

    @rx.var(cache=False)
    def by_code(self) -> str:
        return str(current_request().session.get("remembered"))

    @rx.var
    def of_steps(self) -> int:
        computed.append("of_steps")
        return self.steps

    @rx.event
    async def step(self):
        self.steps += 1

    @rx.event
    async def remember(self, value: str):
        self.session["remembered"] = value

    @rx.event
    async def remember_in_between(self, value: str):
        self.session["remembered"] = value
        yield
        self.steps += 1

    @rx.event
    async def forget(self):
        await self.session.aflush()

    @rx.event
    async def give_step(self, to: str):
        from reflex_adapter.django_led_app import app  # noqa: PLC0415 - it imports this module

        async with app.modify_state(rx.BaseStateToken(ident=to, cls=RememberingState)) as root:
            (await root.get_state(RememberingState)).steps += 1


class BelowRememberingState(RememberingState):
    @rx.var
    def below(self) -> str:
        return f"below {self.session.get('remembered')}"
