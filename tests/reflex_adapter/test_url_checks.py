"""What is said of the mount's place among the URL patterns, and of its prefixes."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path, re_path

from reflex_adapter.urls import reflex_mount
from tests.reflex_adapter.checking import found, messages, urlconf


def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse()


def mount(*prefixes: str, at: str = "/") -> Any:
    return reflex_mount(app_name="shop", mount_prefix=at, django_prefix=prefixes)


NOTHING_BELOW = include(([], "nothing"))


@pytest.mark.parametrize(
    ("prefix", "pattern"),
    [
        ("/admin", path("admin/", admin.site.urls)),
        ("/admin", path("admin", view)),
        ("/admin/shop/product", path("admin/", admin.site.urls)),
        ("/api", path("api/v1/users/", view)),
        ("/api", path("api/<str:name>/", view)),
        ("/api/v1", path("api/<str:version>/users", view)),
        ("/api/v1", path("<path:all>", view)),
        ("/api", path("", include([path("api/x", view)]))),
        ("/api/v1", path("api/", include([path("v1/", include([path("x", view)]))]))),
        ("/api", re_path(r"^api/(?P<version>v\d)/x$", view)),
        ("/api.json", re_path(r"^api\.json$", view)),
        ("/api", re_path(r"^api/?$", view)),
        ("/api", re_path(r"^a\.?pi$", view)),
        ("/api", re_path(r"^ap.?$", view)),
        ("/api", re_path(r"^apix*$", view)),
        ("/api", re_path(r"^(api|rest)/$", view)),
        ("/api", re_path(r"^rest/|^api/$", view)),
        ("/api", re_path(r"^ap", view)),
        ("/api", re_path(r"api/$", view)),
        ("/v1/api", re_path(r"api/$", view)),
        ("/api", re_path(r"^", include([path("api/", view)]))),
        ("/en/account", *i18n_patterns(path("account/", view))),
        ("/static", path("x", view)),
        ("/files", path("x", view)),
    ],
)
def test_a_prefix_with_a_pattern_passes(prefix: str, pattern: Any) -> None:
    with urlconf(pattern, mount(prefix)), override_settings(MEDIA_URL="/files/media/"):
        assert found() == []


@pytest.mark.parametrize(
    ("prefix", "pattern"),
    [
        ("/admn", path("admin/", admin.site.urls)),
        ("/admin", path("administration/", view)),
        ("/administration", path("admin/", NOTHING_BELOW)),
        ("/admin", path("admin/", NOTHING_BELOW)),
        ("/api/v1", path("api/", view)),
        ("/api/v1", path("api/", include([path("v2/", view)]))),
        ("/api", path("v1/api/", view)),
        ("/api", path("v1/<str:name>", view)),
        ("/api/v1", path("api/v2/<path:all>", view)),
        ("/api", re_path(r"^apis$", view)),
        ("/pi", re_path(r"^a\.?pi$", view)),
        ("/apis", re_path(r"^api$", view)),
        ("/media", path("x", view)),
    ],
)
def test_a_prefix_without_one_is_warned_of(prefix: str, pattern: Any) -> None:
    with urlconf(pattern, mount(prefix)), override_settings(MEDIA_URL=""):
        [warning] = messages()
    assert (warning.id, repr(prefix) in warning.msg) == ("reflex_adapter.W006", True)


@pytest.mark.parametrize(
    ("prefixes", "pattern"),
    [
        ((), path("admin/", admin.site.urls)),
        ((), path("", view)),
        ((), path("<path:all>", view)),
        ((), re_path(r"(a|b)", view)),
        (("/api",), path("admin/", admin.site.urls)),
        (("/api",), path("", include([path("post/", view), path("post/<int:id>", view)]))),
        (("/api",), re_path(r"^post/", view)),
    ],
)
def test_a_pattern_behind_the_app_that_is_never_reached_is_warned_of(
    prefixes: tuple[str, ...], pattern: Any
) -> None:
    with urlconf(path("api/", view), mount(*prefixes), pattern):
        [warning] = messages()
    assert (warning.id, repr(str(pattern.pattern)) in warning.msg) == ("reflex_adapter.W007", True)


@pytest.mark.parametrize(
    "pattern",
    [
        path("api/more", view),
        path("<path:all>", view),
        path("", include([path("post/", view), path("api/more", view)])),
        re_path(r"(a|b)", view),
    ],
)
def test_one_that_is_reached_is_warned_of_for_what_may_follow(pattern: Any) -> None:
    with urlconf(path("api/", view), mount("/api"), pattern):
        [warning] = messages()
    assert (warning.id, repr(str(pattern.pattern)) in warning.msg) == ("reflex_adapter.W008", True)


@pytest.mark.parametrize("kept", [("/media",), ()])
def test_media_that_django_serves_in_development_is_found_there(kept: tuple[str, ...]) -> None:
    with override_settings(DEBUG=True, MEDIA_URL="/media/"):
        with urlconf(mount(*kept), *static("/media/", document_root="/")):
            assert found() == ["W008" if kept else "W007"]
        with urlconf(*static("/media/", document_root="/"), mount(*kept)):
            assert found() == []


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (path("admin/", admin.site.urls), []),
        (path("application", view), []),
        (path("<path:all>", view), []),
        (path("app<int:id>", view), []),
        (path("app", view), ["W007"]),
        (path("app/x/<int:id>", view), ["W007"]),
        (path("app/admin/<int:id>", view), []),
    ],
)
def test_behind_an_app_with_a_prefix_all_else_is_reached(pattern: Any, said: list[str]) -> None:
    before = path("app/admin/", view)
    with urlconf(before, mount("/app/admin", at="/app"), pattern):
        assert found() == said


def test_a_pattern_that_only_begins_like_the_app_is_reached() -> None:
    with urlconf(mount(at="/app"), path("app<int:id>", view), path("app<path:all>", view)):
        assert found() == []


def test_each_pattern_and_prefix_is_said_for_itself() -> None:
    with urlconf(mount("/a", "/b"), path("c", view), path("d", view), mount("/a", "/b")):
        assert found() == ["W006", "W006", "W007", "W007"]


def test_what_is_no_pattern_is_djangos_to_report() -> None:
    strings = include((["a string"], "y"))
    with urlconf("a string", mount(), path("y/", strings)):
        assert found() == ["W008"]


def test_an_include_of_no_patterns_keeps_the_mount_from_being_found() -> None:
    with urlconf(mount(), path("x/", include("reflex_adapter.mount"))):
        assert found() == ["E001"]
