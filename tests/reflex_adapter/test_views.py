"""The compiled app as a browser gets it: a small build on disk, through the project's chain."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import AsyncClient, Client, override_settings

FILES = {
    "404.html": "the shell",
    "index.html": "page /",
    "cart.html": "page cart",
    "account/index.html": "page account",
    "both.html": "page both",
    "both/index.html": "not this",
    "assets/app-1a2b.js": "let a = 1;",
    "assets/style-3c.css": "a {}",
    "favicon.ico": "icon",
    ".input": "hidden",
    ".hidden/page.html": "hidden",
    "assets/.hidden.js": "hidden",
}
SHELL, PAGE, ASSET = "/item/42", "/cart", "/assets/app-1a2b.js"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """The folder of a build, with a secret beside it and symbolic links that lead there."""
    root = tmp_path / "static" / "_reflex"
    for name, content in FILES.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
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
def get(request: pytest.FixtureRequest, build: Path) -> Any:
    """Ask for a path, as a keyword ``method`` and ``headers`` say; an exception gives a 500."""

    def ask(path: str, method: str = "GET", headers: Any = None) -> HttpResponse:
        kind = Client if request.param == "wsgi" else AsyncClient
        client = kind(raise_request_exception=False)
        answer = client.generic(method, path, headers=headers)
        return asyncio.run(answer) if request.param == "asgi" else answer  # type: ignore[arg-type]

    with override_settings(STATIC_ROOT=build.parent):
        yield ask


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/", "page /"),
        ("/cart", "page cart"),
        ("/cart/", "page cart"),
        ("/account", "page account"),
        ("/account/", "page account"),
        ("/both", "page both"),
        ("/item/42", "the shell"),
        ("/cart/deeper", "the shell"),
        ("/item/caf%C3%A9", "the shell"),
        ("/%FF", "the shell"),
        ("/" + "long" * 100, "the shell"),
        ("/" + "deep/" * 2000, "the shell"),
        ("/loop", "the shell"),
    ],
)
def test_every_client_route_gets_its_page_or_the_shell(get: Any, path: str, content: str) -> None:
    answer = get(path)
    assert (answer.status_code, answer.content.decode()) == (200, content)
    assert answer["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/item/5.5", "/user/ada@example.com", "/release/v1.0.html"])
def test_a_page_with_a_dot_is_a_page_if_a_browser_asks_for_one(get: Any, path: str) -> None:
    accept = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert get(path, headers=accept).content == b"the shell"
    assert get(path, headers={"accept": "*/*"}).status_code == 404


def test_without_a_fallback_of_its_own_the_index_is_the_shell(get: Any, build: Path) -> None:
    (build / "404.html").unlink()
    assert get("/item/42").content == b"page /"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/assets/style-3c.css", "text/css; charset=utf-8"),
        ("/favicon.ico", "image/vnd.microsoft.icon"),
    ],
)
def test_a_file_is_served_as_what_it_is(get: Any, path: str, kind: str) -> None:
    answer = get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert answer.content.decode() == FILES[path[1:]]


@pytest.mark.parametrize(
    "path", ["/assets/app-0000.js", "/assets/gone", "/assets", "/logo.png", "/a/b.css.map"]
)
def test_a_missing_file_is_not_found_rather_than_a_page(get: Any, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    assert b"the shell" not in answer.content


@pytest.mark.parametrize(
    "path",
    [
        *("/a%00b", "/%00", "/cart%00.html", "/assets/app-1a2b.js%00"),
        *("/..", "/../outside/secret", "/a/../../outside/secret", "/assets/../cart", "/./cart"),
        *("/%2e%2e/outside/secret", "/..%2foutside%2fsecret", "/%2e%2e%2foutside/secret.html"),
        *("/..%5coutside%5csecret", "/a\\b", "/cart%5C", "/..\\outside\\secret"),
        *("/.input", "/.hidden/page", "/.hidden/page.html", "/assets/.hidden.js", "/.env/x"),
        *("/folder/secret", "/folder/secret.html", "/folder", "/file.txt", "/page", "/page.html"),
        *("/cart%0A", "/a%0Ab"),
    ],
)
def test_a_path_that_plays_tricks_is_refused(get: Any, path: str) -> None:
    answer = get(path)
    assert answer.status_code in (400, 404)
    for content in (*FILES.values(), "secret"):
        assert content not in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["//outside/secret", "/%2Foutside/secret", "/%252e%252e/outside/secret", "//etc/passwd"]
)
def test_an_absolute_or_twice_encoded_path_finds_no_file(get: Any, path: str) -> None:
    assert get(path).content == b"the shell"


@pytest.mark.parametrize("path", ["/", PAGE, SHELL, ASSET, "/assets/gone.js"])
def test_head_answers_as_get_does_without_a_body(get: Any, path: str) -> None:
    answer, full = get(path, "HEAD"), get(path)
    assert answer.status_code == full.status_code
    assert answer.content == b""
    assert dict(answer.headers) == dict(full.headers)


@pytest.mark.parametrize("path", ["/", PAGE, SHELL, ASSET])
def test_what_the_browser_has_is_not_sent_again(get: Any, build: Path, path: str) -> None:
    first = get(path)
    by_tag = get(path, headers={"If-None-Match": first["ETag"]})
    by_date = get(path, headers={"If-Modified-Since": first["Last-Modified"]})
    for answer in (by_tag, by_date):
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["Cache-Control"] == first["Cache-Control"]


def test_what_has_changed_is_sent_again(get: Any, build: Path) -> None:
    first = get(PAGE)
    (build / "cart.html").write_text("page CART")
    os.utime(build / "cart.html", (2e9, 2e9))
    assert get(PAGE, headers={"If-None-Match": first["ETag"]}).content == b"page CART"
    assert get(PAGE, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 200


@pytest.mark.parametrize("path", ["/", PAGE, "/account", SHELL, "/favicon.ico"])
def test_a_file_whose_name_stays_is_asked_for_again(get: Any, path: str) -> None:
    assert "no-cache" in get(path)["Cache-Control"]


def test_a_file_named_after_its_content_is_kept_for_ever(get: Any) -> None:
    assert get(ASSET)["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/", SHELL, ASSET, "/assets/gone.js"])
def test_other_methods_are_not_allowed(get: Any, path: str, method: str) -> None:
    answer = get(path, method)
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/", SHELL, ASSET])
def test_a_missing_build_names_the_command(
    get: Any, build: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    build.rename(build.with_name("elsewhere"))
    answer = get(path)
    assert answer.status_code == 503
    assert b"manage.py export_reflex" in answer.content
    assert "manage.py export_reflex" in caplog.text
