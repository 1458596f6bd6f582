"""How the mount is found again, in the URL patterns of the project, and what they serve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import reflex as rx
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from django.views.decorators.common import no_append_slash

from reflex_adapter.django_led_app import app
from reflex_adapter.mount import get_mount
from reflex_adapter.urls import reflex_mount
from tests.reflex_adapter.client import PROBE, connected
from tests.reflex_adapter.small_build import asking, write_build


def view(request: HttpRequest, **captured: Any) -> HttpResponse:
    return HttpResponse("Django's")


def urlconf(*patterns: Any) -> Any:
    """Use these patterns as those of the root ``urls.py``."""
    module = ModuleType("urls")
    module.urlpatterns = list(patterns)  # type: ignore[attr-defined]
    return override_settings(ROOT_URLCONF=module)


def test_the_mount_is_the_one_of_the_root_urlconf_in_force() -> None:
    before = get_mount()
    with urlconf(path("admin/", admin.site.urls), reflex_mount(app_name="other", rx_config={})):
        assert get_mount().app_name == "other"
    assert get_mount() == before
    assert (before.app_name, before.mount_prefix) == ("shop", "/")


def test_the_mount_is_what_was_written_in_one_spelling() -> None:
    plugin = rx.plugins.TailwindV4Plugin()
    with urlconf(
        reflex_mount(
            app_name="shop",
            mount_prefix="app/",
            django_prefix=["admin", "/api/v1/"],
            plugins=[plugin],
            rx_config={"loglevel": "info"},
        )
    ):
        mount = get_mount()
    assert (mount.mount_prefix, mount.django_prefix) == ("/app", ("/admin", "/api/v1"))
    assert (mount.plugins, mount.rx_config) == ((plugin,), {"loglevel": "info"})


@pytest.mark.parametrize("prefix", ["admin", "/admin/"])
def test_the_same_mount_twice_is_one(prefix: str) -> None:
    twice = [reflex_mount(app_name="shop", django_prefix=p) for p in ("/admin", prefix)]
    with urlconf(*twice):
        assert get_mount().django_prefix == ("/admin",)


def test_two_different_mounts_are_an_error() -> None:
    with (
        urlconf(reflex_mount(app_name="shop"), reflex_mount(app_name="other")),
        pytest.raises(ImproperlyConfigured, match="keep one of the calls"),
    ):
        get_mount()


@pytest.mark.parametrize(
    "patterns",
    [
        pytest.param([path("admin/", admin.site.urls)], id="none"),
        pytest.param([], id="empty"),
    ],
)
def test_without_a_mount_the_error_says_where_to_put_one(patterns: list[Any]) -> None:
    with (
        urlconf(*patterns),
        pytest.raises(ImproperlyConfigured, match=r"reflex_mount\(.*root urls\.py"),
    ):
        get_mount()


@pytest.mark.parametrize("beside", [(), (reflex_mount(app_name="shop"),)], ids=["alone", "two"])
@pytest.mark.parametrize(
    "included",
    [
        path("x/", include([reflex_mount(app_name="shop")])),
        path("", include([path("x/", include(([reflex_mount(app_name="shop")], "x")))])),
        *i18n_patterns(reflex_mount(app_name="shop")),
    ],
    ids=["below a path", "deep", "below a language"],
)
def test_a_mount_in_an_include_is_refused_with_the_remedy(
    included: Any, beside: tuple[Any, ...]
) -> None:
    with (
        urlconf(included, *beside),
        pytest.raises(
            ImproperlyConfigured, match=r"in an include\(\).*root urls\.py.*mount_prefix"
        ),
    ):
        get_mount()


def test_patterns_that_include_themselves_are_looked_through_once() -> None:
    patterns: list[Any] = [path("x/", lambda request: None)]  # type: ignore[arg-type, return-value]
    patterns.append(path("again/", include(patterns)))
    with urlconf(*patterns, reflex_mount(app_name="shop")):
        assert get_mount().app_name == "shop"


def test_the_error_names_the_urls_that_it_looked_in() -> None:
    """A module with a mount that no ``ROOT_URLCONF`` names is none of the project's."""
    with (
        override_settings(ROOT_URLCONF="tests.django_adapter.test_application"),
        pytest.raises(ImproperlyConfigured, match=r"tests\.django_adapter\.test_application"),
    ):
        get_mount()


@pytest.fixture
def built(tmp_path: Path) -> Any:
    write_build(tmp_path / "_reflex")
    with override_settings(STATIC_ROOT=tmp_path):
        yield


@pytest.mark.django_db
def test_a_wrong_path_below_a_prefix_is_djangos_404(built: None, client: Client) -> None:
    for url in ("/cart/json/x", "/static/x", "/static"):
        assert client.get(url).status_code == 404, url
    assert b"the shell" not in client.get("/admin/x/").content


@pytest.mark.django_db
def test_a_missing_slash_below_a_prefix_is_djangos_redirect(built: None, client: Client) -> None:
    for url in ("/admin", "/cart/json"):
        answer = client.get(url)
        assert (answer.status_code, answer["Location"]) == (301, f"{url}/")


@pytest.fixture
def slashed() -> Iterator[None]:
    """Views whose paths end with a slash, and none of them is in ``django_prefix``."""
    views = [path("who/", view), path("report/<int:number>/", view)]
    with urlconf(*views, reflex_mount(app_name="shop")):
        yield


@pytest.mark.parametrize("url", ["/who", "/who?a=1", "/report/1"])
@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_a_missing_slash_is_djangos_redirect_without_a_prefix(
    built: None, slashed: None, kind: str, url: str
) -> None:
    answer = asking(kind)(url)
    path, question, query = url.partition("?")
    assert (answer.status_code, answer["Location"]) == (301, f"{path}/{question}{query}")


@pytest.mark.parametrize("url", ["/whom", "/report/x", "/report", "/who/x", "/whom/"])
def test_a_path_that_is_nobodys_with_a_slash_either_gets_the_app(
    built: None, slashed: None, url: str
) -> None:
    answer = asking("wsgi")(url)
    assert (answer.status_code, answer.content) == (404, b"the shell")


def test_a_page_has_its_path_though_django_has_it_with_a_slash(built: None) -> None:
    with urlconf(path("cart/", view), reflex_mount(app_name="shop")):
        assert asking("wsgi")("/cart").content == b"page cart"


@pytest.mark.parametrize("append", [True, False])
def test_django_may_have_no_slash_appended(built: None, append: bool) -> None:
    views = [path("a/", no_append_slash(view)), path("b/", view)]
    with urlconf(*views, reflex_mount(app_name="shop")), override_settings(APPEND_SLASH=append):
        found = [asking("asgi")(url).status_code for url in ("/a", "/b")]
    assert found == [404, 301 if append else 404]


@pytest.mark.django_db
def test_a_path_that_only_starts_like_a_prefix_gets_the_app(built: None, client: Client) -> None:
    assert client.get("/adminx").content == b"the shell"


@pytest.fixture
def below_app() -> Iterator[None]:
    """The app of the tests, as if it were mounted at ``/app``."""
    with urlconf(reflex_mount(app_name="shop", mount_prefix="/app")):
        vars(app).pop("prefix", None)
        yield
    vars(app).pop("prefix", None)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.django_db(transaction=True)
async def test_an_event_has_the_path_of_a_request_for_its_page(site: str, below_app: None) -> None:
    async with connected(site, page="/cart?a=1") as tab:
        await tab.call(f"{PROBE}.path")
        assert tab.var(PROBE, "seen") == "POST /app/cart?a=1"
