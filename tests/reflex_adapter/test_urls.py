"""``reflex_mount()``: which paths get the app, and which arguments it refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import Resolver404, URLResolver
from django.urls.resolvers import RegexPattern

from django_adapter import RESERVED_PREFIXES
from reflex_adapter.urls import reflex_mount


def takes(mounted: Any, url: str) -> bool:
    """Tell whether a root ``urlpatterns`` of this one pattern gives ``url`` to the app."""
    try:
        URLResolver(RegexPattern(r"^/"), [mounted]).resolve(url)
    except Resolver404:
        return False
    return True


def rest_of(mounted: Any, url: str) -> Any:
    return URLResolver(RegexPattern(r"^/"), [mounted]).resolve(url).kwargs.get("path")


@pytest.mark.parametrize("prefix", ["/app", "app", "app/", "/app/"])
@pytest.mark.parametrize(
    ("url", "taken"),
    [
        *[("/app", True), ("/app/", True), ("/app/x", True), ("/app/x/y.js", True)],
        *[("/", False), ("/x", False), ("/appx", False), ("/ap", False), ("/x/app", False)],
        *[("/App", False), ("/app\n", False), ("/app/x\n", False)],
    ],
)
def test_the_app_lives_at_and_below_its_prefix(prefix: str, url: str, taken: bool) -> None:
    assert takes(reflex_mount(app_name="shop", mount_prefix=prefix), url) is taken


@pytest.mark.parametrize("url", ["/", "/x", "/x/y", "/administration", "/_eventual"])
@pytest.mark.parametrize("prefix", ["/", ""])
def test_at_the_root_the_app_gets_every_path(prefix: str, url: str) -> None:
    assert takes(reflex_mount(app_name="shop", mount_prefix=prefix), url)


@pytest.mark.parametrize("name", ["a.b", "a+b", "a(b"])
def test_a_prefix_is_text_and_not_a_pattern(name: str) -> None:
    assert takes(reflex_mount(app_name="shop", mount_prefix=name), f"/{name}/x")
    assert not takes(reflex_mount(app_name="shop", django_prefix=name), f"/{name}/x")
    assert takes(reflex_mount(app_name="shop", django_prefix="a.b"), "/axb")


@pytest.mark.parametrize(
    ("prefix", "url", "rest"),
    [
        *[("/", "/", ""), ("/", "/x/y", "x/y"), ("/app", "/app", None), ("/app", "/app/", "")],
        *[("/app", "/app/x/y", "x/y"), ("/a/b", "/a/b/c", "c")],
    ],
)
def test_the_view_is_given_the_path_below_the_prefix(prefix: str, url: str, rest: Any) -> None:
    assert rest_of(reflex_mount(app_name="shop", mount_prefix=prefix), url) == rest


@pytest.mark.parametrize(
    "prefixes", ["/admin", "admin", "admin/", "/admin/", ["/admin/"], ("/api/v1", "admin")]
)
@pytest.mark.parametrize(
    ("url", "taken"),
    [
        *[("/admin", False), ("/admin/", False), ("/admin/x", False)],
        *[("/adminx", True), ("/admi", True), ("/x/admin", True), ("/", True)],
    ],
)
def test_a_prefix_of_djangos_never_gets_the_app(prefixes: Any, url: str, taken: bool) -> None:
    assert takes(reflex_mount(app_name="shop", django_prefix=prefixes), url) is taken


@pytest.mark.parametrize(("url", "taken"), [("/app/api", False), ("/app/apis", True)])
def test_django_may_keep_a_path_below_the_mount(url: str, taken: bool) -> None:
    mounted = reflex_mount(app_name="shop", mount_prefix="/app", django_prefix="/app/api")
    assert takes(mounted, url) is taken


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({"app_name": ""}, "such as 'shop'"),
        ({"app_name": "my shop"}, "such as 'shop'"),
        ({"app_name": "../shop"}, "such as 'shop'"),
        ({"app_name": None}, "such as 'shop'"),
        ({"app_module": "shop/shop.py"}, "such as 'shop.shop'"),
        ({"app_module": ""}, "such as 'shop.shop'"),
        ({"app_module": 1}, "such as 'shop.shop'"),
        ({"mount_prefix": "/_event"}, "such as '/app'"),
        ({"mount_prefix": "_upload/files"}, "such as '/app'"),
        ({"mount_prefix": "/app", "django_prefix": "/app"}, "such as '/admin'"),
        ({"mount_prefix": "/app/shop", "django_prefix": ("/api", "app/")}, "such as '/admin'"),
        ({"django_prefix": "/"}, "such as '/admin'"),
        ({"django_prefix": ""}, "such as '/admin'"),
        ({"django_prefix": ["/api", "/"]}, "such as '/admin'"),
        *[({"django_prefix": prefix}, "such as '/admin'") for prefix in RESERVED_PREFIXES],
        ({"django_prefix": "_event/"}, "such as '/admin'"),
        ({"django_prefix": "/_event/below"}, "such as '/admin'"),
    ],
)
def test_an_argument_that_cannot_work_is_refused_with_the_remedy(
    options: dict[str, Any], remedy: str
) -> None:
    name = list(options)[-1]
    with pytest.raises(ImproperlyConfigured, match=rf"reflex_mount\({name}=.*{re.escape(remedy)}"):
        reflex_mount(**{"app_name": "shop", **options})
