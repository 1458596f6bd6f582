"""Which paths ``LoginRequiredMiddleware`` is to leave open, because a page there is public."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from reflex_adapter.pages import Page
from reflex_adapter.public_pages import is_public


@pytest.mark.parametrize(
    ("path", "public"),
    [
        *[("lobby", True), ("lobby/", True), ("", False), ("inner", False), ("lobby/x", False)],
        *[("assets/a.js", True), ("favicon.ico", True), ("inner.html", False), ("x/y.css", True)],
        *[("inner/index.html", False), ("lobbyx", False), ("404", False)],
    ],
)
def test_the_view_of_a_public_page_is_open_to_all(path: str, public: bool) -> None:
    assert getattr(resolve(f"/{path}").func, "login_required", True) is not public


def a_page(route: str | None, login_required: bool = False) -> Page:
    def about_us() -> None:
        pass

    return Page(about_us, route, False, {}, login_required)


@pytest.mark.parametrize(
    ("routes", "path", "public"),
    [
        *[(["/item/[id]"], "item/1", True), (["/item/[id]"], "item", False)],
        *[(["/item/[id]"], "item/1/2", False), (["/[[...all]]"], "a/b", True)],
        *[(["/[[...all]]"], "", True), (["/[...all]"], "", False), (["/[...all]"], "a/b", True)],
        *[(["/a/[[b]]"], "a", True), (["/a/[[b]]"], "a/b", True), (["/a/[[b]]/c"], "a/c", True)],
        *[(["/"], "", True), (["index"], "", True), ([None], "about-us", True)],
        *[(["/item/[id]", "!/item/new"], "item/new", False)],
        *[(["!/item/[id]", "/item/help"], "item/help", True)],
        *[(["!/item/[id]", "/[...all]"], "item/1", False), (["!/a"], "x.js", False)],
    ],
)
def test_which_page_a_path_is(routes: list[str | None], path: str, public: bool) -> None:
    noted = [a_page(route and route.strip("!"), (route or "").startswith("!")) for route in routes]
    assert is_public(path, noted) is public


@pytest.mark.parametrize(
    ("path", "open_to_all"), [("/lobby", True), ("/inner", False), ("/", False), ("/a.js", True)]
)
def test_a_stranger_is_served_a_public_page(settings: Any, path: str, open_to_all: bool) -> None:
    required = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, required]
    answer = Client().get(path)
    assert (answer.status_code != 302) == open_to_all
    assert open_to_all or answer.headers["Location"].startswith("/admin/login/")
