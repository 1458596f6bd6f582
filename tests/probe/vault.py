"""What the attacks of ``tests/reflex_adapter/attacks.py`` are after, as an app of ours has it."""

import reflex as rx

from reflex_adapter.state import AppState


class VaultState(AppState):
    """``seen`` is what its owner keeps in it, ``told`` who Django says is asking."""

    seen: str = ""
    told: str = ""

    @rx.event
    async def keep(self, value: str):
        self.seen = value

    @rx.event
    async def describe(self):
        self.told = self._who()

    @rx.event
    async def hand_in(self, files: list[rx.UploadFile]):
        self.told = f"{self.seen} for {self._who()}"

    def _who(self) -> str:
        meta = self.request.META
        cookie, host = meta.get("HTTP_COOKIE"), meta["HTTP_HOST"]
        return f"{self.user.get_username()!r} {cookie} at {host} from {meta['REMOTE_ADDR']}"
