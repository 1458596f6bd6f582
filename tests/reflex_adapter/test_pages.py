"""``page`` and ``template``: a function is noted as a page, and the led app has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
import reflex as rx
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from reflex_adapter import page, pages, template
from reflex_adapter.django_led_app import app, component_of, led_app
from reflex_adapter.layout import default_layout
from reflex_adapter.pages import Page
from reflex_adapter.state import AppState
from reflex_adapter.urls import reflex_mount


@pytest.fixture
def noted() -> Iterator[Callable[[], Page]]:
    """Return the page noted last; what a test notes is forgotten after it."""
    before = list(pages.noted_pages)
    yield lambda: pages.noted_pages[-1]
    pages.noted_pages[:] = before


def tea() -> rx.Component:
    return rx.text("a cup of tea")


@pytest.mark.parametrize(("decorator", "layout"), [(page, False), (template, True)])
@pytest.mark.parametrize("route", ["/tea", "/tea/[kind]", None])
def test_a_decorated_function_is_noted_and_returned_unchanged(
    noted: Callable[[], Page], decorator: Any, layout: bool, route: str | None
) -> None:
    options = {"title": "Tea", "description": "Hot", "image": "tea.png", "meta": [], "on_load": []}
    assert decorator(route, **options)(tea) is tea
    assert noted() == Page(tea, route, layout, options)  # type: ignore[arg-type]


@pytest.mark.parametrize("decorator", [page, template])
def test_a_page_needs_no_arguments(noted: Callable[[], Page], decorator: Any) -> None:
    assert decorator()(tea) is tea
    assert noted().route is None
    assert noted().options == {}


def test_one_function_may_be_several_pages(noted: Callable[[], Page]) -> None:
    count = len(pages.noted_pages)
    template("/a")(page("/b")(tea))
    assert [page.route for page in pages.noted_pages[count:]] == ["/b", "/a"]


def test_a_page_without_a_layout_is_the_function_itself() -> None:
    assert component_of(Page(tea, "/tea", False, {})) is tea


def test_a_page_in_the_layout_keeps_its_name() -> None:
    """Reflex makes the route of the name where there is none."""
    wrapped = component_of(Page(tea, None, True, {}))
    assert wrapped is not tea
    assert (wrapped.__name__, wrapped.__module__) == ("tea", __name__)
    assert str(wrapped()) == str(default_layout(tea()))


def test_the_default_layout_shows_messages_above_the_page() -> None:
    shown = str(default_layout(tea()))
    assert shown.index(str(AppState.shown_messages)) < shown.index("a cup of tea")
    assert shown.count("a cup of tea") == 1


@pytest.mark.parametrize(
    ("level_tag", "color"), [("success", "green"), ("warning", "amber"), ("error", "red")]
)
def test_a_message_has_the_color_of_its_level(level_tag: str, color: str) -> None:
    shown = str(default_layout(tea()))
    assert f'case JSON.stringify("{level_tag}"):  return ("{color}")' in shown
    assert 'default:  return ("blue")' in shown


@pytest.mark.parametrize(
    ("route", "title", "state"),
    [
        ("index", "Tea shop", "ShopState"),
        ("cart", "Cart - Tea shop", "CartState"),
        ("account", "Account - Tea shop", "AccountState"),
    ],
)
def test_the_led_app_has_the_pages_of_the_installed_apps(
    route: str, title: str, state: str
) -> None:
    added = app._unevaluated_pages[route]  # there is no public way to ask
    assert f'default:  return ("{title}")' in str(added.title)
    assert isinstance(added.on_load, rx.EventHandler)
    assert added.on_load.fn.__qualname__ == f"{state}.on_load"


def test_the_led_app_has_no_page_that_nobody_made() -> None:
    shop = {"index", "cart", "account", "login", "product/[slug]"}
    probe = {"lobby", "inner", "uploads", "payroll", "club/[name]", "club/open", "silent"}
    probe |= {"raises/404", "raises/500"}
    assert set(app._unevaluated_pages) == {*shop, *probe, "404"}


def test_a_mount_of_an_app_that_is_not_installed_is_refused() -> None:
    urls = ModuleType("urls")
    urls.urlpatterns = [reflex_mount(app_name="elsewhere")]  # type: ignore[attr-defined]
    with (
        override_settings(ROOT_URLCONF=urls),
        pytest.raises(ImproperlyConfigured, match="INSTALLED_APPS"),
    ):
        led_app()
