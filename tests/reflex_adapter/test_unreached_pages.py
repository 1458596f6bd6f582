"""A page at a path that is Django's: whoever loads the pages is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from reflex_adapter.pages import Page
from reflex_adapter.unreached_pages import warn_of_unreached
from reflex_adapter.urls import reflex_mount
from tests.fresh import completed
from tests.reflex_adapter.test_mount import urlconf

URLS = """
from django.http import HttpResponse
from django.urls import path
from config.urls import urlpatterns as of_the_shop

urlpatterns = [path("cart", lambda request: HttpResponse()), *of_the_shop]
"""


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def said_of(route: str | None, caplog: pytest.LogCaptureFixture, **mount: Any) -> list[str]:
    """Return what is logged of a page at ``route``, among views of Django at two paths."""

    def my_page() -> None: ...

    pages = [Page(my_page, route, layout=False, options={})]
    views = [path("", view), path("my-page", view)]
    with urlconf(*views, reflex_mount(app_name="shop", django_prefix=("/admin",), **mount)):
        warn_of_unreached(pages, mount.get("mount_prefix", "/"))
    return caplog.messages


@pytest.mark.parametrize("route", ["/", "index", "/my-page", None])
def test_a_page_at_a_path_of_djangos_is_named(
    caplog: pytest.LogCaptureFixture, route: str | None
) -> None:
    [said] = said_of(route, caplog)
    path = "/" if route in ("/", "index") else "/my-page"
    assert said == (
        f"The page {path} is not served: the URL pattern {path[1:]!r} has this path already. "
        "Give it another route."
    )


def test_a_page_below_a_prefix_of_djangos_is_named(caplog: pytest.LogCaptureFixture) -> None:
    [said] = said_of("/admin/tea", caplog)
    assert "a django_prefix of reflex_mount() keeps this path for Django" in said


@pytest.mark.parametrize("route", ["/tea", "tea", "/tea/[name]", "/my-page/x", "/[name]"])
def test_of_other_pages_nothing_is_said(caplog: pytest.LogCaptureFixture, route: str) -> None:
    assert said_of(route, caplog) == []


def test_below_a_mount_the_same_route_is_another_path(caplog: pytest.LogCaptureFixture) -> None:
    assert said_of("/", caplog, mount_prefix="/app") == []


def test_whoever_loads_the_pages_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken_urls.py").write_text(URLS)
    settings = "from config.settings import *\nROOT_URLCONF = 'taken_urls'\n"
    (tmp_path / "taken_settings.py").write_text(settings)
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import django; django.setup()\n"
        "import reflex_adapter.django_led_app\n"
    )
    done = completed(script, DJANGO_SETTINGS_MODULE="taken_settings")
    assert (done.returncode, done.stderr.count("is not served")) == (0, 1), done.stderr
    assert "The page /cart is not served: the URL pattern 'cart' has this path" in done.stderr
