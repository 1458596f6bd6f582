"""Guards on pages: who is turned away is not served them, and others are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from hypothesis import assume, given
from hypothesis import strategies as st
from reflex.route import get_router

from reflex_adapter.page_guards import guards_of_path, guards_of_route, route_at
from reflex_adapter.pages import noted_pages
from tests.reflex_adapter.small_build import write_build

PAGES = ["payroll.html", "club/open.html", "silent/index.html", "assets/payroll-Dfwd_-i3.js"]
GUARDED = ["/payroll", "/payroll/", "/club/tennis", "/club/a.b", "/silent", "/silent/"]
FILES = ["/payroll.html", "/silent/index.html", "/silent.html"]


@pytest.fixture(autouse=True)
def build(tmp_path: Path, settings: Any, transactional_db: None) -> None:
    files = {"404.html": "the shell", "index.html": "page", **dict.fromkeys(PAGES, "page")}
    write_build(tmp_path / "_reflex", files)
    settings.STATIC_ROOT = tmp_path


def get(path: str, user: User | None = None) -> Any:
    client = Client(headers={"Accept": "text/html"})
    if user is not None:
        client.force_login(user)
    return client.get(path)


@pytest.mark.parametrize("path", [*GUARDED, *FILES])
def test_a_stranger_is_sent_to_the_login_page_and_back(path: str) -> None:
    answer = get(f"{path}?a=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/admin/login/?next={path}%3Fa%3D1"
    assert answer.content == b""


@pytest.mark.parametrize(
    "headers", [{}, {"If-None-Match": "*"}, {"Range": "bytes=0-1"}, {"Accept-Encoding": "gzip, br"}]
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_nor_by_another_way_to_ask_for_it(method: str, headers: dict[str, str]) -> None:
    client = Client(headers={"Accept": "text/html", **headers})
    answer = getattr(client, method)("/payroll")
    assert (answer.status_code, answer.content) == (302, b"")


OPEN = ["/", "/club", "/club/open", "/payrolls", "/payroll/x", "/assets/payroll-Dfwd_-i3.js"]


@pytest.mark.parametrize("path", OPEN)
def test_other_pages_and_scripts_are_served_to_all(path: str) -> None:
    assert get(path).status_code in (200, 404)


@pytest.mark.parametrize("path", ["/club/tennis", "/silent"])
def test_who_is_logged_in_and_not_allowed_is_told_so(path: str, user: User) -> None:
    assert get(path, user).status_code == 403


def test_who_is_allowed_is_served_the_page(user: User) -> None:
    user.groups.add(Group.objects.create(name="editors"))
    assert get("/payroll", user).getvalue() == b"page"
    assert "Cookie" in get("/payroll", user).headers["Vary"]
    assert get("/club/tennis", user).status_code in (200, 404)


def test_the_setting_names_the_login_page(settings: Any) -> None:
    settings.REFLEX_DJANGO_LOGIN_URL = "https://login.example.com/?a=1"
    where = "https://login.example.com/?a=1&next=http%3A//testserver/payroll"
    assert get("/payroll").headers["Location"] == where


def test_every_page_is_noted_with_its_guards() -> None:
    [payroll] = [page for page in noted_pages if page.component.__name__ == "payroll"]
    assert payroll.layout
    assert len(guards_of_route("payroll")) == 1
    assert guards_of_route("club/[name]") == guards_of_path("club/x") != ()
    assert guards_of_path("club/open") == ()


ROUTES = ["index", "a", "a/b", "b/a", "[x]", "a/[x]", "[x]/b", "a/[x]/b", "b/[[y]]"]
ROUTES += ["a/a/[[...splat]]", "[[...splat]]"]


@given(
    st.lists(st.sampled_from(ROUTES), unique=True),
    st.lists(st.sampled_from(["a", "b", "c"]), max_size=4),
)
def test_a_path_is_of_the_page_that_reflex_says(routes: list[str], parts: list[str]) -> None:
    assume(parts or "index" in routes)  # for Reflex, and no browser, "/" is also a "/[x]"
    path = "/".join(parts)
    assert route_at(path, routes) == get_router(routes)(path)
