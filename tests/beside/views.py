import reflex as rx

from reflex_adapter import template
from reflex_adapter.state import AppState


class WhoState(AppState):
    name: str = ""

    @rx.event
    async def ask(self):
        self.name = self.user.get_username() or "nobody"


@template(route="/")
def home() -> rx.Component:
    return rx.text(WhoState.name)
