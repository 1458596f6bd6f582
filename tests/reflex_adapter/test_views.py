"""The compiled app as a browser gets it: a small build on disk, through the project's chain."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.test import override_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from reflex_adapter.build import replace
from reflex_adapter.current_build import CHECK_EVERY
from tests.reflex_adapter.small_build import FILES, Ask, asking, write_build

SHELL, PAGE, ASSET = "/item/42", "/cart", "/assets/app-Dfwd_-i3.js"
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """The folder of a build, with a secret beside it and symbolic links that lead there."""
    root = write_build(tmp_path / "static" / "_reflex")
    outside = tmp_path / "static" / "outside"
    outside.mkdir()
    for name in ("secret", "secret.html", "index.html"):
        (outside / name).write_text("secret")
    (root / "folder").symlink_to(outside)
    (root / "file.txt").symlink_to(outside / "secret")
    (root / "page.html").symlink_to(outside / "secret.html")
    (root / "loop").symlink_to(root / "loop")
    return root


@pytest.fixture(params=["wsgi", "asgi"])
def get(request: pytest.FixtureRequest, build: Path) -> Iterator[Ask]:
    with override_settings(STATIC_ROOT=build.parent):
        yield asking(request.param)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/", "page /"),
        ("/cart", "page cart"),
        ("/cart/", "page cart"),
        ("/about", "page about"),
        ("/about/", "page about"),
        ("/both", "page both"),
        *[("/item/42", "the shell"), ("/item/caf%C3%A9", "the shell"), ("/item/%FF", "the shell")],
        *[("/user", "the shell"), ("/user/ada", "the shell"), ("/docs", "the shell")],
        *[("/docs/a/b", "the shell"), ("/docs/" + "deep/" * 2000, "the shell")],
        ("/item/" + "long" * 100, "the shell"),
    ],
)
def test_every_client_route_gets_its_page_or_the_shell(get: Ask, path: str, content: str) -> None:
    answer = get(path)
    assert (answer.status_code, answer.content.decode()) == (200, content)
    assert answer["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        *["/nosuch", "/item", "/item/1/2", "/user/a/b", "/cart/deeper", "/Cart", "/%FF"],
        *["/404", "/index", "/about/index", "/both/index", "/__spa-fallback"],
        *["/" + "long" * 100, "/" + "deep/" * 2000, "/loop", "/folder", "/page", "/folder/secret"],
        *["//outside/secret", "/%2Foutside/secret", "/%252e%252e/outside/secret", "//etc/passwd"],
    ],
)
def test_a_path_that_no_page_has_gets_the_shell_as_not_found(get: Ask, path: str) -> None:
    answer = get(path)
    assert (answer.status_code, answer.content) == (404, b"the shell")
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "private" in answer["Cache-Control"]
    validators = {"If-None-Match": "*", "Range": "bytes=0-1"}
    assert get(path, headers=validators).content == b"the shell"


@pytest.mark.parametrize("path", ["/404.html", "/__spa-fallback.html"])
def test_the_shell_is_no_page_of_its_own(get: Ask, path: str) -> None:
    assert get(path, headers=HTML).status_code == 404


@pytest.mark.parametrize("manifest", [None, "[", "1", '{"a": {'])
def test_a_build_without_routes_has_a_page_for_every_path(
    get: Ask, build: Path, manifest: str | None
) -> None:
    (build / ".routes.json").unlink()
    if manifest is not None:
        (build / ".routes.json").write_text(manifest)
    answer = get("/nosuch")
    assert (answer.status_code, answer.content) == (200, b"the shell")


@pytest.mark.parametrize("path", ["/item/5.5", "/user/ada@example.com", "/docs/v1.0.html"])
def test_a_page_with_a_dot_is_a_page_if_a_browser_asks_for_one(get: Ask, path: str) -> None:
    answer = get(path, headers=HTML)
    assert (answer.status_code, answer.content) == (200, b"the shell")
    assert get(path, headers={"accept": "*/*"}).status_code == 404


def test_without_a_fallback_of_its_own_the_index_is_the_shell(get: Ask, build: Path) -> None:
    (build / "404.html").unlink()
    assert get("/item/42").content == b"page /"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/assets/style-af19e30f.css", "text/css; charset=utf-8"),
        ("/favicon.ico", "image/vnd.microsoft.icon"),
    ],
)
def test_a_file_is_served_as_what_it_is(get: Ask, path: str, kind: str) -> None:
    answer = get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert answer.content.decode() == FILES[path[1:]]


@pytest.mark.parametrize(
    "path", ["/assets/app-0000.js", "/assets/gone", "/assets", "/logo.png", "/a/b.css.map"]
)
def test_a_missing_file_is_not_found_rather_than_a_page(get: Ask, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    assert b"the shell" not in answer.content


@pytest.mark.parametrize(
    "path",
    [
        *("/a%00b", "/%00", "/cart%00.html", "/assets/app-Dfwd_-i3.js%00"),
        *("/..", "/../outside/secret", "/a/../../outside/secret", "/assets/../cart", "/./cart"),
        *("/%2e%2e/outside/secret", "/..%2foutside%2fsecret", "/%2e%2e%2foutside/secret.html"),
        *("/..%5coutside%5csecret", "/a\\b", "/cart%5C", "/..\\outside\\secret"),
        *("/.input", "/.hidden/page", "/.hidden/page.html", "/assets/.hidden.js", "/.env/x"),
        *("/folder/secret", "/folder/secret.html", "/folder", "/file.txt", "/page", "/page.html"),
        *("/assets/app-Dfwd_-i3.js/", "/assets/app-Dfwd_-i3.js.map", "/ASSETS/app-Dfwd_-i3.js"),
        *("/assets//app-Dfwd_-i3.js", "//assets/app-Dfwd_-i3.js", "/.routes.json", "/favicon.ico/"),
        *("/cart%0A", "/a%0Ab"),
    ],
)
def test_a_path_that_plays_tricks_is_refused(get: Ask, path: str) -> None:
    answer = get(path)
    assert answer.status_code in (400, 404)
    for content in {*FILES.values(), "secret"} - {"the shell"}:
        assert content not in answer.content.decode()


in_a_fixture = hypothesis_settings(
    deadline=None,
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EVIL = ["..", ".", "%2e%2e", "..%2f", "%5c", "%00", "//", "/", "%0a", "folder", "secret", ".map"]
NAMES = [*FILES, "file.txt", "page", "loop", ".input", "assets", "index", "static", "outside"]


@given(path=st.lists(st.sampled_from([*EVIL, *NAMES]) | st.text(max_size=8)).map("/".join))
@hypothesis_settings(
    deadline=None,
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_path_yields_what_is_not_in_the_build(get: Ask, path: str) -> None:
    answer = get(f"/{path}", headers=HTML)
    served = {c for name, c in FILES.items() if not name.endswith((".map", "not this"))} - {
        "hidden"
    }
    if answer.status_code == 200:
        assert answer.content.decode() in served
    else:
        assert answer.status_code in (301, 302, 400, 404)
        assert answer.content == b"the shell" or b"secret" not in answer.content


def test_a_file_that_appears_later_is_in_no_index(get: Ask, build: Path) -> None:
    assert get("/assets/late-Dfwd_-i3.js").status_code == 404
    (build / "assets/late-Dfwd_-i3.js").write_text("late")
    assert get("/assets/late-Dfwd_-i3.js").status_code == 404
    assert get(ASSET).content == b"let a = 1;"


def test_a_source_map_is_served_where_a_setting_says_so(get: Ask, build: Path) -> None:
    (build / "assets/app-Dfwd_-i3.js.map.gz").write_text("the source, small")
    for suffix in (".map", ".map.gz"):
        assert get(ASSET + suffix).status_code == 404
    with override_settings(REFLEX_DJANGO_SERVE_SOURCE_MAPS=True):
        assert get(f"{ASSET}.map").content == b"the source"


@pytest.mark.parametrize("path", ["/", PAGE, SHELL, ASSET, "/assets/gone.js"])
def test_head_answers_as_get_does_without_a_body(get: Ask, path: str) -> None:
    answer, full = get(path, "HEAD"), get(path)
    assert answer.status_code == full.status_code
    assert answer.content == b""
    assert dict(answer.headers) == dict(full.headers)


@pytest.mark.parametrize("path", ["/", PAGE, SHELL, ASSET])
def test_what_the_browser_has_is_not_sent_again(get: Ask, build: Path, path: str) -> None:
    first = get(path)
    by_tag = get(path, headers={"If-None-Match": first["ETag"]})
    by_date = get(path, headers={"If-Modified-Since": first["Last-Modified"]})
    for answer in (by_tag, by_date):
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["Cache-Control"] == first["Cache-Control"]


def test_a_new_build_is_served_within_a_second(get: Ask, build: Path, tmp_path: Path) -> None:
    first = get(PAGE)
    bundle = write_build(tmp_path / "bundle", {**FILES, "cart.html": "page CART"})
    os.utime(bundle / "cart.html", (2e9, 2e9))
    replace(build, bundle, "another")
    time.sleep(CHECK_EVERY)
    assert get(PAGE, headers={"If-None-Match": first["ETag"]}).content == b"page CART"
    assert get(PAGE, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 200


def test_a_first_build_is_found_within_a_second(get: Ask, build: Path) -> None:
    build.rename(build.with_name("elsewhere"))
    assert get(PAGE).status_code == 503
    build.with_name("elsewhere").rename(build)
    time.sleep(CHECK_EVERY)
    assert get(PAGE).status_code == 200


@pytest.mark.parametrize("path", ["/", PAGE, "/about", SHELL, "/favicon.ico"])
def test_a_file_whose_name_stays_is_asked_for_again(get: Ask, path: str) -> None:
    assert "no-cache" in get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/", PAGE, "/cart.html", SHELL, "/nosuch"])
def test_a_page_is_for_no_shared_cache(get: Ask, path: str) -> None:
    assert "private" in get(path)["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["app-Dfwd_-i3.js", "a.b-NccINl-w.css", "-abcdefg1.woff2", "manifest-af19e30f.js"]
)
def test_a_file_named_after_its_content_is_kept_for_ever(get: Ask, build: Path, name: str) -> None:
    (build / "assets" / name).write_text("content")
    assert get(f"/assets/{name}")["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "name", ["assets/logo.png", "assets/my-holidays.png", "assets/a-Dfwd_-i.js", "a-Dfwd_-i3.js"]
)
def test_a_file_that_a_project_named_is_not(get: Ask, build: Path, name: str) -> None:
    (build / name).write_text("content")
    assert get(f"/{name}")["Cache-Control"] == "no-cache"


def test_no_transaction_is_begun(get: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in connections:
        monkeypatch.setitem(connections.settings[name], "ATOMIC_REQUESTS", True)
    assert get(PAGE).status_code == 200  # pytest-django would refuse to open the database


def test_the_headers_of_djangos_security_middleware_are_on_all(get: Ask) -> None:
    for path in (PAGE, SHELL, ASSET, "/nosuch", "/assets/gone.js"):
        assert get(path)["X-Content-Type-Options"] == "nosniff"
        assert get(path)["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/", SHELL, ASSET, "/assets/gone.js"])
def test_other_methods_are_not_allowed(get: Ask, path: str, method: str) -> None:
    answer = get(path, method)
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/", SHELL, ASSET])
def test_a_missing_build_names_the_command(
    get: Ask, build: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    build.rename(build.with_name("elsewhere"))
    answer = get(path)
    assert answer.status_code == 503
    assert b"manage.py export_reflex" in answer.content
    assert "manage.py export_reflex" in caplog.text
