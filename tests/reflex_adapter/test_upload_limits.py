"""What an upload may be: how large, how slow, from where. What breaks a limit is told so."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from reflex_adapter.conf import configuration
from reflex_adapter.limits import UploadLimits
from reflex_adapter.upload_body import UploadBody, UploadRefused
from reflex_adapter.upload_border import UploadBorder
from reflex_adapter.violations import ViolationLog
from tests.conftest import ScopeFactory
from tests.reflex_adapter.client import APP_STATE, ROOT, connected
from tests.reflex_adapter.uploading import (
    MULTIPART,
    UPLOAD,
    multipart,
    seen,
    slow_upload,
    updates,
    uploaded,
)

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

BIG = b"x" * 3_000_000  # enough that Reflex keeps it in a file


def limits(**values: int) -> Any:
    return override_settings(
        **{f"REFLEX_DJANGO_UPLOAD_{name.upper()}": value for name, value in values.items()}
    )


async def sent(site: str, body: Any, handler: str = "keep", **options: Any) -> httpx.Response:
    return await uploaded(site, handler, content=body, headers=MULTIPART, **options)


def shown(answer: httpx.Response) -> str:
    [update] = updates(answer)
    [event] = update["events"]
    assert event["name"] == "_call_function"
    return str(event["payload"]["function"])


async def test_the_limits_are_those_of_the_contract() -> None:
    mebi = 1024 * 1024
    assert configuration().upload == UploadLimits(10 * mebi, 25 * mebi, 20, 30)


@pytest.mark.parametrize("value", [0, -1, "10", 1.5, True, None])
async def test_a_limit_that_is_none_stops_the_start(value: Any) -> None:
    with (
        limits(max_files=value),
        pytest.raises(ImproperlyConfigured, match="REFLEX_DJANGO_UPLOAD_MAX_FILES must be"),
    ):
        UploadBorder(nobody, anybody, ViolationLog())


@pytest.fixture(autouse=True)
def all_is_logged() -> Iterator[None]:
    with override_settings(REFLEX_DJANGO_SOCKET_MAX_LOG_LINES=10_000):
        yield


async def goes_away() -> Any:
    return {"type": "http.disconnect"}


def anybody(request: Any) -> bool:
    return True


async def nobody(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("Reflex was reached")


@pytest.mark.parametrize(
    ("limit", "files"),
    [
        ({"max_file_size": 10}, [b"x" * 10, b"x" * 10]),
        ({"max_files": 2}, [b"", b"x"]),
        ({"max_size": len(multipart(b"x" * 10))}, [b"x" * 10]),
    ],
)
async def test_an_upload_may_be_as_large_as_the_limit(
    site: str, limit: dict[str, int], files: list[bytes]
) -> None:
    with limits(**limit):
        answer = await sent(site, multipart(*files))
    assert seen(answer) == [f": {' '.join(f'a.txt={len(file)}' for file in files)}"]


@pytest.mark.parametrize(
    ("limit", "files", "why"),
    [
        ({"max_file_size": 10}, [b"x", b"x" * 11], "a file may have"),
        ({"max_files": 2}, [b"", b"x", b"x"], "an upload may have 2 files."),
        ({"max_size": len(multipart(b"x" * 10))}, [b"x" * 11], "an upload may have"),
    ],
)
@pytest.mark.parametrize("handler", ["keep", "stream"])
@pytest.mark.parametrize("chunked", [True, False])
async def test_an_upload_that_is_larger_is_refused_and_the_page_says_why(
    site: str,
    limit: dict[str, int],
    files: list[bytes],
    why: str,
    handler: str,
    chunked: bool,
    trace: list[str],
) -> None:
    async def in_chunks() -> AsyncIterator[bytes]:
        yield multipart(*files)

    with limits(**limit):
        answer = await sent(site, in_chunks() if chunked else multipart(*files), handler)
    assert answer.status_code == 413
    assert f"413 Request Entity Too Large: {why}" in shown(answer).replace(
        "Content Too Large", "Request Entity Too Large"
    )
    assert "handler" not in trace


async def test_what_announces_too_much_is_refused_before_it_is_sent(site: str) -> None:
    async with slow_upload(site, "keep", f"Content-Length: {25 * 1024 * 1024 + 1}") as upload:
        assert "HTTP/1.1 413" in await upload.answer()


@pytest.mark.parametrize("handler", ["keep", "stream"])
async def test_a_client_that_sends_all_before_it_looks_gets_the_answer(
    site: str, handler: str
) -> None:
    async with slow_upload(site, handler) as upload:
        await upload.send(multipart(b"", end=b""))
        for _ in range(20):
            await upload.send(BIG)
        await upload.send(b"")
        assert "HTTP/1.1 413" in await upload.answer()


async def test_one_that_announces_too_much_and_sends_it_gets_the_answer(site: str) -> None:
    async with slow_upload(site, "keep", f"Content-Length: {len(BIG) * 20}") as upload:
        for _ in range(20):
            upload.writer.write(BIG)
            await upload.writer.drain()
        assert "HTTP/1.1 413" in await upload.answer()


async def test_a_body_that_was_refused_stays_refused() -> None:
    headers = [(b"content-type", MULTIPART["Content-Type"].encode())]

    async def receive() -> Any:
        return {"type": "http.request", "body": b"no multipart", "more_body": True}

    body = UploadBody({"type": "http", "headers": headers}, receive, UploadLimits())
    with pytest.raises(UploadRefused) as first:
        await body.receive()
    with pytest.raises(UploadRefused) as second:
        await body.receive()
    assert first.value is second.value


@pytest.mark.parametrize("handler", ["keep", "stream"])
async def test_what_turns_out_too_much_is_refused_while_it_is_sent(site: str, handler: str) -> None:
    with limits(max_size=1000):
        async with slow_upload(site, handler) as upload:
            await upload.send(multipart(b"x" * 900, end=b""))
            await upload.send(b"x" * 100)
            assert "HTTP/1.1 413" in await upload.answer()


@pytest.mark.parametrize("handler", ["keep", "stream"])
async def test_an_upload_that_stalls_is_ended(site: str, handler: str) -> None:
    with limits(max_wait=1):
        async with slow_upload(site, handler) as upload:
            await upload.send(multipart(b"x" * 900, end=b""))
            answer = await upload.answer()
    assert "HTTP/1.1 408" in answer
    assert "nothing came for 1 seconds" in answer


async def test_an_upload_may_take_long_if_it_goes_on(site: str) -> None:
    body = multipart(b"x" * 900)
    with limits(max_wait=1):
        async with slow_upload(site, "keep", f"Content-Length: {len(body)}") as upload:
            for start in (0, 400, 800):
                upload.writer.write(body[start : start + 400])
                await asyncio.sleep(0.6)
            assert b"200" in await upload.reader.readline()


async def test_the_iterator_of_a_streamed_handler_raises(
    site: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = str(uuid.uuid4())
    async with connected(site, token=token) as tab:

        async def in_two_parts() -> AsyncIterator[bytes]:
            yield multipart(b"x" * 900, end=b"")
            await tab.receive_until(lambda tab: tab.var(UPLOAD, "seen") == "begun")
            yield b"x" * 101

        with limits(max_file_size=1000):
            answer = await sent(
                site, in_two_parts(), "stream_or_clean_up", token=token, visitor=tab.visitor
            )
        await tab.receive_until(lambda tab: tab.var(UPLOAD, "seen") == "cleaned up: 413")
    assert answer.status_code == 413
    ours = [record for record in caplog.records if record.name == "reflex_adapter"]
    warned = [record.message for record in ours if record.levelname != "INFO"]
    assert [text.startswith("Upload of 127.0.0.1: 413") for text in warned] == [True]


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"files=a", 415),
        ("multipart/form-data", multipart(b"x"), 415),
        (f"multipart/form-data; boundary={'x' * 300}", multipart(b"x"), 400),
        ("multipart/form-data; boundary=limit", b"no multipart at all", 400),
    ],
)
async def test_what_cannot_be_counted_is_refused(
    site: str, content_type: str, body: bytes, status: int, trace: list[str]
) -> None:
    headers = {"Content-Type": content_type}
    answer = await uploaded(site, "keep", content=body, headers=headers)
    assert (answer.status_code, trace) == (status, [])


NO_HANDLERS = [
    *[f"{UPLOAD}.after", f"{ROOT}.hydrate_and_load"],
    f"{APP_STATE}.tests___probe___guarded____door_state.background",
    f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal",
]


@pytest.mark.parametrize("handler", NO_HANDLERS)
async def test_a_handler_that_takes_no_files_is_none_for_uploads(
    site: str, handler: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await uploaded(site, "", headers={"Reflex-Event-Handler": handler})
    assert answer.status_code == 400
    assert "400 Bad Request: its handler takes no such upload." in shown(answer)
    [line] = warned(caplog)
    assert line.startswith("Upload of 127.0.0.1: 400 Bad Request: its handler takes no such")
    assert handler[:50] in line


@pytest.mark.parametrize(
    "part",
    [
        b"form-data; name=\"files\"; filename*=UTF-8''a.txt\r\n\r\nx",
        b'form-data; name="files"\r\n\r\nx',
        b'form-data; name="__reflex_event_args"\r\n\r\n' + b"[" * 200_000,
        b'form-data; name="__reflex_event_args"\r\n\r\n' + b"1" * 10_000,
    ],
)
async def test_what_reflex_cannot_make_an_event_of_is_refused(
    site: str, part: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    body = b"--limit\r\nContent-Disposition: " + part + b"\r\n--limit--\r\n"
    answer = await sent(site, body)
    assert (answer.status_code, len(warned(caplog))) == (400, 1)


async def test_refused_uploads_write_twenty_lines_a_minute(
    site: str, caplog: pytest.LogCaptureFixture
) -> None:
    with override_settings(REFLEX_DJANGO_SOCKET_MAX_LOG_LINES=20):
        for _ in range(30):
            assert (await uploaded(site, "after")).status_code == 400
    assert len(warned(caplog)) <= 20


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname != "INFO"]


async def test_an_error_that_nobody_has_sent_stays_one(http_scope: ScopeFactory) -> None:
    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"Internal Server Error"})
        raise OSError("No space left on device")

    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    scope = http_scope("/_upload", [(b"content-type", MULTIPART["Content-Type"].encode())])
    with pytest.raises(OSError, match="No space"):
        await UploadBorder(breaks, anybody, ViolationLog())(scope, goes_away, send)
    assert messages == []  # the server answers 500, and logs it


async def test_a_crash_that_says_no_more_is_answered(http_scope: ScopeFactory) -> None:
    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"Internal Server Error"})

    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    scope = http_scope("/_upload", [(b"content-type", MULTIPART["Content-Type"].encode())])
    await UploadBorder(breaks, anybody, ViolationLog())(scope, goes_away, send)
    assert [messages[0]["status"], messages[-1].get("more_body")] == [500, False]


async def test_a_second_content_type_is_refused(site: str, trace: list[str]) -> None:
    two = "Content-Type: multipart/form-data; boundary=other"
    async with slow_upload(site, "keep", two, "Content-Length: 0") as upload:
        assert "HTTP/1.1 415" in await upload.answer()
    assert trace == []


@pytest.mark.parametrize(
    "origins", [["https://evil.example"], ["null"], ["{site}", "{site}"], ["{site}/"], [""]]
)
async def test_an_upload_from_a_foreign_origin_is_refused(
    site: str, logged_in: str, origins: list[str], trace: list[str]
) -> None:
    headers = [("Origin", origin.format(site=site)) for origin in origins]
    assert (await posted(site, [*headers, ("Cookie", logged_in)])).status_code == 403
    assert trace == []


async def test_without_an_origin_only_a_client_without_cookies_may_upload(
    site: str, logged_in: str, trace: list[str]
) -> None:
    assert (await posted(site, [("Cookie", logged_in)])).status_code == 403
    assert trace == []
    assert (await posted(site, [])).status_code == 200
    assert trace == ["handler"]


async def test_an_upload_to_a_foreign_host_is_refused(site: str, trace: list[str]) -> None:
    assert (await posted(site, [("Host", "evil.example")])).status_code == 400
    assert trace == []


async def posted(site: str, headers: list[tuple[str, str]]) -> httpx.Response:
    named = [("Reflex-Client-Token", "a"), ("Reflex-Event-Handler", f"{UPLOAD}.keep")]
    async with httpx.AsyncClient() as client:
        return await client.post(
            f"{site}/_upload",
            content=multipart(b"x"),
            headers=[*MULTIPART.items(), *named, *headers],
        )


def spooled_files() -> set[str]:
    """The temporary files that this process has open; they have no names."""
    links = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    found = {os.readlink(link) for link in links if os.path.lexists(link)}
    folder = str(Path(tempfile.gettempdir()).resolve())
    return {file for file in found if file.startswith(folder) and file.endswith("(deleted)")}


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells which files are open.")
@pytest.mark.parametrize(
    ("handler", "limit", "status"),
    [
        ("count_spooled", {}, 200),
        ("boom", {}, None),
        ("forbid", {}, None),
        ("keep", {"max_file_size": 2_500_000}, 413),
        ("keep", {"max_files": 1}, 413),
    ],
)
async def test_no_temporary_file_is_left(
    site: str, handler: str, limit: dict[str, int], status: int | None
) -> None:
    before = spooled_files()
    with limits(**limit):
        answer = await sent(site, multipart(BIG, BIG), handler)
    assert status is None or answer.status_code == status
    assert handler != "count_spooled" or seen(answer) == ["2 files"]
    assert spooled_files() == before


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells which files are open.")
@pytest.mark.parametrize("handler", ["keep", "stream"])
async def test_a_client_that_goes_away_leaves_nothing(
    site: str, handler: str, trace: list[str]
) -> None:
    begun, ended = {"keep": ([], []), "stream": (["handler"], ["handler", "cancelled"])}[handler]
    before = spooled_files()
    async with slow_upload(site, handler) as upload:
        await upload.send(multipart(BIG, end=b""))
        await until(lambda: trace == begun and (handler == "stream" or spooled_files() != before))
    await until(lambda: trace == ended and spooled_files() == before)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - nobody tells when a file was closed
            await asyncio.sleep(0.01)


async def test_reflex_sees_no_credentials() -> None:
    seen_headers: list[Any] = []

    async def reflex(scope: Any, receive: Any, send: Any) -> None:
        seen_headers.extend(scope["headers"])

    headers = [(b"content-type", MULTIPART["Content-Type"].encode()), (b"cookie", b"a=b")]
    scope = {"type": "http", "headers": [*headers, (b"authorization", b"Basic x"), (b"x", b"y")]}

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    await UploadBorder(reflex, anybody, ViolationLog())(scope, receive, receive)  # type: ignore[arg-type]
    assert seen_headers == [headers[0], (b"x", b"y")]
