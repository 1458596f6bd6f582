"""Pages as Django people write them: a decorated function in an app's ``views.py``.

The decorators only note a page; ``django_led_app`` adds the noted ones to the Reflex app. This
module loads no Reflex, so that a ``views.py`` alone decides when Reflex is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar, Unpack

Component = TypeVar("Component", bound=Callable[..., Any])


class PageOptions(TypedDict, total=False):
    """The options of a page, each as ``rx.App.add_page`` takes it."""

    title: str
    description: str
    image: str
    on_load: Any
    meta: Sequence[Any]


@dataclass(frozen=True)
class Page:
    """One noted page. ``layout`` tells whether the default layout goes around it."""

    component: Callable[..., Any]
    route: str | None
    layout: bool
    options: PageOptions


noted_pages: list[Page] = []


def page(
    route: str | None = None, **options: Unpack[PageOptions]
) -> Callable[[Component], Component]:
    """Make the decorated function the page at ``route``, by default ``/`` and its name.

    The function itself is returned unchanged.
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
    def note(component: Component) -> Component:
        noted_pages.append(Page(component, route, layout, options))
        return component

    return note
