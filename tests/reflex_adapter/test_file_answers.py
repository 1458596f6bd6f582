"""Parts of files, compressed variants and conditions, as other servers answer them."""

from __future__ import annotations

import asyncio
import gc
import gzip
import os
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings as django_settings
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from whitenoise import WhiteNoise

from benchmarks.in_turn import hops
from django_adapter import get_asgi_application
from reflex_adapter.codings import best_coding
from reflex_adapter.files import KEPT_FILE, index
from tests.reflex_adapter.small_build import Ask, asking, write_build

SMALL, LARGE, SCRIPT = "/small.txt", "/large.bin", "/assets/app-Dfwd_-i3.js"
TEXT = bytes(range(48, 58)) * 10
BYTES = os.urandom(KEPT_FILE + 4321)
MODIFIED = 1_700_000_000
in_a_fixture = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build with a file that is kept in memory, one that is too large, and variants."""
    root = write_build(tmp_path_factory.mktemp("static") / "_reflex")
    (root / SMALL[1:]).write_bytes(TEXT)
    (root / LARGE[1:]).write_bytes(BYTES)
    (root / "empty.txt").write_bytes(b"")
    (root / SCRIPT[1:]).write_text("let a = 1;" * 100)
    (root / f"{SCRIPT[1:]}.gz").write_bytes(gzip.compress(b"let a = 1;" * 100))
    (root / f"{SCRIPT[1:]}.br").write_bytes(b"brotli")
    (root / "alone.gz").write_bytes(b"alone")
    for file in root.rglob("*.*"):
        os.utime(file, (MODIFIED, MODIFIED))
    return root


@pytest.fixture(params=["wsgi", "asgi"])
def get(request: pytest.FixtureRequest, build: Path) -> Iterator[Ask]:
    with override_settings(STATIC_ROOT=build.parent):
        yield asking(request.param)


def of_starlette(build: Path, path: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        app = Starlette(routes=[Mount("/", StaticFiles(directory=build))])
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.get(path, headers={"Accept-Encoding": "identity", **headers})

    return asyncio.run(ask())


def of_whitenoise(build: Path, path: str, accept_encoding: str) -> httpx.Response:
    app = WhiteNoise(None, root=str(build))
    transport = httpx.WSGITransport(app)
    with httpx.Client(transport=transport, base_url="http://x") as client:
        return client.get(path, headers={"Accept-Encoding": accept_encoding})


@pytest.mark.parametrize("path", [SMALL, LARGE])
@given(first=st.integers(0, 200), last=st.integers(0, KEPT_FILE * 2), form=st.integers(0, 2))
@in_a_fixture
def test_a_part_is_that_which_starlette_sends(
    get: Ask, build: Path, path: str, first: int, last: int, form: int
) -> None:
    asked = f"bytes={[f'{first}-{first + last}', f'{first}-', f'-{last + 1}'][form]}"
    ours, theirs = get(path, headers={"Range": asked}), of_starlette(build, path, Range=asked)
    assert ours.status_code == theirs.status_code
    assert ours.headers.get("Content-Range") == theirs.headers.get("Content-Range")
    if ours.status_code == 206:
        assert ours.content == theirs.content
        assert ours["Content-Length"] == theirs.headers["Content-Length"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        *[("bytes=0-0", 206), ("bytes=99-99", 206), ("BYTES= 5-6 ", 206), ("bytes=-1", 206)],
        *[("bytes=100-", 416), ("bytes=-0", 416), (f"bytes={'9' * 19}-", 416)],
        *[("bytes=2-1", 200), ("bytes=-", 200), ("bytes=a-b", 200), ("lines=0-1", 200)],
        *[("bytes=0-1,4-5", 200), ("bytes=--1", 200), ("bytes", 200), ("bytes=\xb2-3", 200)],
        (f"bytes={'9' * 5000}-", 200),
    ],
)
def test_what_is_no_single_range_gets_the_whole(get: Ask, asked: str, status: int) -> None:
    answer = get(SMALL, headers={"Range": asked})
    assert answer.status_code == status
    if status == 200:
        assert answer.content == TEXT


def test_an_empty_file_has_no_part(get: Ask) -> None:
    assert get("/empty.txt").content == b""
    answer = get("/empty.txt", headers={"Range": "bytes=0-"})
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */0")


@pytest.mark.parametrize("path", [SMALL, LARGE])
def test_a_part_is_of_what_the_client_has_or_it_gets_the_whole(get: Ask, path: str) -> None:
    whole = get(path)
    asked = {"Range": "bytes=1-2"}
    for validator in (whole["ETag"], whole["Last-Modified"]):
        assert get(path, headers={**asked, "If-Range": validator}).status_code == 206
    for other in ('"other"', f"W/{whole['ETag']}", formatdate(MODIFIED + 1, usegmt=True), "x"):
        answer = get(path, headers={**asked, "If-Range": other})
        assert (answer.status_code, answer.content) == (200, whole.content)


@pytest.mark.parametrize("path", [SMALL, LARGE, SCRIPT])
def test_head_has_the_length_of_the_whole(get: Ask, path: str) -> None:
    whole = get(path)
    answer = get(path, "HEAD", headers={"Range": "bytes=0-1"})  # of GET alone, says the RFC
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer["Content-Length"]) == len(whole.content)
    assert answer["ETag"] == whole["ETag"]
    assert answer["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("path", [SMALL, LARGE])
@pytest.mark.parametrize("validator", ["If-None-Match", "If-Modified-Since"])
@pytest.mark.parametrize("same", [True, False])
def test_a_condition_holds_where_it_does_for_starlette(
    get: Ask, build: Path, path: str, validator: str, same: bool
) -> None:
    kind = "ETag" if validator == "If-None-Match" else "Last-Modified"
    other = {"ETag": '"x", "y"', "Last-Modified": formatdate(MODIFIED - 9, usegmt=True)}[kind]
    ours = get(path, headers={validator: get(path)[kind] if same else other})
    known = of_starlette(build, path).headers[kind]
    theirs = of_starlette(build, path, **{validator: known if same else other})
    assert ours.status_code == theirs.status_code == (304 if same else 200)


@pytest.mark.parametrize("tags", ['"a", {}, "b"', "W/{}", "*"])
def test_a_tag_may_be_one_of_many(get: Ask, tags: str) -> None:
    etag = get(SMALL)["ETag"]
    assert get(SMALL, headers={"If-None-Match": tags.format(etag)}).status_code == 304


def test_a_tag_is_of_the_content_alone(build: Path, tmp_path: Path) -> None:
    before = index(build, source_maps=False).files
    again = write_build(tmp_path / "again", {"small.txt": TEXT.decode(), "other.txt": "x"})
    after = index(again, source_maps=False).files
    assert before["small.txt"].plain.etag == after["small.txt"].plain.etag
    assert after["other.txt"].plain.etag != after["small.txt"].plain.etag


@pytest.mark.parametrize(
    "accept", ["", "gzip", "br", "gzip, br", "br, gzip", "gzip, deflate, br, zstd", "identity"]
)
def test_the_variant_is_that_which_whitenoise_sends(get: Ask, build: Path, accept: str) -> None:
    (ours, theirs) = get(SCRIPT, headers={"Accept-Encoding": accept}), None
    theirs = of_whitenoise(build, SCRIPT, accept)
    assert ours.headers.get("Content-Encoding") == theirs.headers.get("Content-Encoding")
    assert ours["Content-Length"] == theirs.headers["Content-Length"]
    assert ours["Vary"] == theirs.headers["Vary"] == "Accept-Encoding"
    assert ours["Content-Type"].startswith("text/javascript")


def test_each_variant_has_a_tag_of_its_own(get: Ask) -> None:
    answers = [get(SCRIPT, headers={"Accept-Encoding": c}) for c in ("identity", "gzip", "br")]
    assert len({answer["ETag"] for answer in answers}) == 3
    plain, gzipped, _ = answers
    assert gzip.decompress(gzipped.content) == plain.content
    for coding, status in (("gzip", 304), ("identity", 200)):
        headers = {"Accept-Encoding": coding, "If-None-Match": gzipped["ETag"]}
        answer = get(SCRIPT, headers=headers)
        assert (answer.status_code, answer["Vary"]) == (status, "Accept-Encoding")


def test_a_part_is_of_the_file_itself(get: Ask) -> None:
    headers = {"Accept-Encoding": "gzip, br", "Range": "bytes=0-9"}
    answer = get(SCRIPT, headers=headers)
    assert (answer.status_code, answer.content) == (206, b"let a = 1;")
    assert answer["Content-Range"] == "bytes 0-9/1000"
    assert answer["ETag"] == get(SCRIPT)["ETag"]


def test_djangos_compression_leaves_parts_and_variants_alone(get: Ask) -> None:
    gzips = ["django.middleware.gzip.GZipMiddleware", *django_settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=gzips):
        part = get(SCRIPT, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-499"})
        whole = get(SCRIPT, headers={"Accept-Encoding": "gzip"})
    assert part.content == b"let a = 1;" * 50
    assert gzip.decompress(whole.content) == b"let a = 1;" * 100


@pytest.mark.parametrize("path", [f"{SCRIPT}.gz", f"{SCRIPT}.br"])
def test_a_variant_is_no_file_of_its_own(get: Ask, path: str) -> None:
    assert get(path).status_code == 404
    assert get("/alone.gz")["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        *[
            ("gzip", "gzip"),
            ("gzip;q=0", "identity"),
            ("GZip;Q=1.0", "gzip"),
            ("x-gzip", "identity"),
        ],
        *[("br;q=0.5, gzip", "gzip"), ("br, gzip", "br"), ("br;q=0, *", "gzip"), ("*", "br")],
        *[("*;q=0", "identity"), ("identity, gzip;q=0.5", "identity"), ("identity, gzip", "gzip")],
        *[("gzip;q=x", "identity"), ("gzip;q=", "identity"), ("gzip; q=0.001", "gzip")],
        *[
            ("gzip;q=2", "identity"),
            ("", "identity"),
            (",;,", "identity"),
            ("identity;q=0", "identity"),
        ],
        *[
            ("*;q=0.5, br;q=0", "gzip"),
            ("x-gzip", "identity"),
            ("*, gzip;q=0.1, identity;q=0.2", "br"),
        ],
    ],
)
def test_what_a_client_takes(accept: str, coding: str) -> None:
    assert best_coding(accept, ("br", "gzip", "identity")) == coding


@given(accept=st.text("gzipbr*;=q,. 019identy\xff"))
def test_no_header_asks_for_what_there_is_not(accept: str) -> None:
    assert best_coding(accept, ("gzip", "identity")) in ("gzip", "identity")


class Left(Exception):
    """The client has."""


async def request(scope: Any, *, leaves: bool = False) -> int:
    """Make one request of the project over the compiled chain; return the answer's status."""
    received = iter([{"type": "http.request", "body": b"", "more_body": False}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(received, None) or await asyncio.sleep(5)

    async def send(message: Any) -> None:
        sent.append(message)
        if leaves and message.get("body"):
            raise Left

    await get_asgi_application()(scope, receive, send)
    return int(sent[0]["status"])


@pytest.mark.parametrize(("path", "count"), [("/cart", 0), ("/item/1", 0), (SCRIPT, 0), (LARGE, 7)])
def test_what_is_in_memory_costs_no_hop(
    build: Path, http_scope: Any, path: str, count: int
) -> None:
    """One for each block of a file that is not, one to open it, and one to see its end."""
    with override_settings(STATIC_ROOT=build.parent):
        assert hops(lambda: request(http_scope(path, method="GET"))) == count


async def test_a_client_that_leaves_leaves_no_file_open(build: Path, http_scope: Any) -> None:
    """Warnings are errors here, the one about a file that nobody closed too."""
    with override_settings(STATIC_ROOT=build.parent), pytest.raises(Left):
        await request(http_scope(LARGE, method="GET"), leaves=True)
    gc.collect()


@pytest.mark.asyncio(loop_scope="session")
async def test_a_real_server_sends_files_whole_and_in_parts(site: str, build: Path) -> None:
    with override_settings(STATIC_ROOT=build.parent):
        async with httpx.AsyncClient(base_url=site) as client:
            whole = await client.get(LARGE)
            part = await client.get(LARGE, headers={"Range": f"bytes={KEPT_FILE}-"})
            head = await client.head(LARGE)
            script = await client.get(SCRIPT, headers={"Accept-Encoding": "gzip"})
            many = await asyncio.gather(*(client.get(LARGE) for _ in range(20)))
    assert (whole.status_code, whole.content) == (200, BYTES)
    assert (part.status_code, part.content) == (206, BYTES[KEPT_FILE:])
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(BYTES)))
    assert (script.headers["Content-Encoding"], script.text) == ("gzip", "let a = 1;" * 100)
    assert all(answer.content == BYTES for answer in many)


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_a_large_file_that_went_with_its_build_is_not_found(kind: str, tmp_path: Path) -> None:
    root, get = write_build(tmp_path / "_reflex"), asking(kind)
    (root / LARGE[1:]).write_bytes(BYTES)
    with override_settings(STATIC_ROOT=tmp_path):
        assert get(LARGE).content == BYTES
        (root / LARGE[1:]).unlink()
        assert get(LARGE).status_code == 404
        assert get(SCRIPT).status_code == 200
