"""Uploads that arrive at the same time arrive whole, beside one that stalls and other's events."""

from __future__ import annotations

import asyncio

import pytest

from tests.reflex_adapter.client import connected, run
from tests.reflex_adapter.uploading import multipart, seen, slow_upload, uploaded_by_tab

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

MANY = 8
MEBI = 1024 * 1024


async def test_many_uploads_and_a_stalled_one_hold_nobody_up(site: str) -> None:
    sizes = [MEBI + number for number in range(MANY)]
    async with connected(site) as other, slow_upload(site, "keep") as stalled:
        await stalled.send(multipart(b"begun", end=b""))
        uploads = [
            asyncio.create_task(
                uploaded_by_tab(site, "keep", files={"files": (f"{size}.bin", b"x" * size)})
            )
            for size in sizes
        ]
        events = 0
        while not all(upload.done() for upload in uploads):
            await run(other, "who")
            events += 1
        await run(other, "who")
        answers = [seen(await upload) for upload in uploads]
        assert answers == [[f": {size}.bin={size}"] for size in sizes]
        assert events > 0
        await stalled.send(b"--limit--\r\n")
        await stalled.send(b"")
        async with asyncio.timeout(10):
            assert b"200" in await stalled.reader.readline()
