"""The languages of the shop: labels that follow the visitor's, and the switch between them.

What a handler says is translated by Django's ``gettext`` when it says it. The labels of a page are
compiled into it once, for everybody: so they go in all languages, and the browser shows one.
"""

import reflex as rx
from django.conf import settings
from django.utils.translation import gettext, override

from reflex_adapter.state import AppState

YEAR = 365 * 24 * 60 * 60


class LanguageState(AppState):
    """Remembers the language, where Django's own ``set_language`` view does."""

    @rx.event
    async def choose(self, code: str):
        if code not in [code for code, name in settings.LANGUAGES]:
            return None
        name = settings.LANGUAGE_COOKIE_NAME
        self.response.set_cookie(name, code, max_age=YEAR, samesite="Lax")
        return rx.call_script("location.reload()")  # texts in the state are in the old language


def label(text: str) -> rx.Var[str]:
    """Return a var that is ``text`` in the visitor's language; import it as ``_``."""
    texts = [(code, translated(text, code)) for code, name in settings.LANGUAGES]
    return rx.match(AppState.language, *texts, text)


def translated(text: str, code: str) -> str:
    with override(code):
        return gettext(text)


def language_switch() -> rx.Component:
    """Return a button for each language but the one that the page is in."""
    buttons = [(code, language_button(code, name)) for code, name in settings.LANGUAGES]
    shown = [rx.cond(AppState.language == code, None, button) for code, button in buttons]
    return rx.cond(AppState.language, rx.flex(*shown, spacing="1"))


def language_button(code: str, name: str) -> rx.Component:
    return rx.button(
        code.upper(),
        id=f"language-{code}",
        title=name,
        lang=code,
        size="1",
        variant="soft",
        on_click=LanguageState.choose(code),
    )
