"""Pages as Django people write them: a decorated function in an app's ``views.py``.

The decorators only note a page; ``django_led_app`` adds the noted ones to the Reflex app. This
module loads no Reflex, so that a ``views.py`` alone decides when Reflex is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

if TYPE_CHECKING:
    import reflex as rx

Component = TypeVar("Component", bound=Callable[..., Any])


class AddPageOptions(TypedDict, total=False):
    """The options of a page that ``rx.App.add_page`` takes."""

    title: str | rx.Var[str]
    description: str
    image: str
    on_load: Any
    meta: Sequence[Any]


class PageOptions(AddPageOptions, total=False):
    """The options of a page, and whether ``LoginRequiredMiddleware`` guards it."""

    login_required: bool


@dataclass(frozen=True)
class Page:
    """One noted page. ``layout`` tells whether the default layout goes around it."""

    component: Callable[..., Any]
    route: str | None
    layout: bool
    options: AddPageOptions
    login_required: bool = True


noted_pages: list[Page] = []


def page(
    route: str | None = None, **options: Unpack[PageOptions]
) -> Callable[[Component], Component]:
    """Make the decorated function the page at ``route``, by default ``/`` and its name.

    The function itself is returned unchanged. With ``login_required=False`` a stranger may have
    the page under ``LoginRequiredMiddleware``, and of the state what is declared public too, by
    Django's ``login_not_required`` on a state class or a handler.
    """
    return noting(route, False, options)


def template(
    route: str | None = None, **options: Unpack[PageOptions]
) -> Callable[[Component], Component]:
    """Make a page as ``page`` does, in the default layout (``reflex_adapter.layout``)."""
    return noting(route, True, options)


def noting(
    route: str | None, layout: bool, options: PageOptions
) -> Callable[[Component], Component]:
    login_required = options.pop("login_required", True)

    def note(component: Component) -> Component:
        noted_pages.append(Page(component, route, layout, options, login_required))
        return component

    return note
