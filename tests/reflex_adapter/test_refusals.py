"""What is refused at the door, at each of the doors, while another client's events go on.

The limits behind the door have tests of their own: ``docs/promises.md`` says which.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest
import websockets

from reflex_adapter.conf import TICKET_PATH
from tests.reflex_adapter.client import connected, run
from tests.reflex_adapter.uploading import MULTIPART, UPLOAD, multipart

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

Headers = list[tuple[str, str]]

FOREIGN: dict[str, list[str]] = {
    "foreign": ["https://evil.example"],
    "null": ["null"],
    "empty": [""],
    "unreadable": ["http://[::1"],
    "of another scheme": ["https://{host}"],
    "of another port": ["http://{name}:1"],
    "of a subdomain": ["http://evil.{host}"],
    "doubled": ["{site}", "{site}"],
    "doubled, one foreign": ["{site}", "https://evil.example"],
    "two in one": ["{site} https://evil.example"],
    "none, but cookies": [],
}


@asynccontextmanager
async def somebody_beside(site: str) -> AsyncIterator[None]:
    async with connected(site) as somebody:
        yield
        await run(somebody, "who")


async def status_of_socket(site: str, headers: Headers) -> int:
    try:
        async with connected(site, origin=None, headers=headers):
            return 101
    except websockets.InvalidStatus as refused:
        return refused.response.status_code


async def status_of_upload(site: str, headers: Headers) -> int:
    named = [("Reflex-Client-Token", "a"), ("Reflex-Event-Handler", f"{UPLOAD}.keep")]
    everything = [*MULTIPART.items(), *named, *headers]
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{site}/_upload", content=multipart(b"x"), headers=everything)
    return answer.status_code


async def status_of_ticket(site: str, headers: Headers) -> int:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{site}{TICKET_PATH}", headers=headers)
    assert "ticket" not in answer.text, "It was judged by what is behind the door."
    return answer.status_code


DOORS = {"socket": status_of_socket, "upload": status_of_upload, "ticket": status_of_ticket}


@pytest.mark.parametrize("origins", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("door", DOORS)
async def test_a_foreign_origin_is_refused(
    site: str, logged_in: str, trace: list[str], door: str, origins: list[str]
) -> None:
    url = urlsplit(site)
    said = [origin.format(site=site, host=url.netloc, name=url.hostname) for origin in origins]
    headers = [("Cookie", logged_in), *[("Origin", origin) for origin in said]]
    async with somebody_beside(site):
        assert await DOORS[door](site, headers) == 403
        assert trace == []


@pytest.mark.parametrize("door", ["socket", "upload"])
async def test_the_sites_own_origin_is_let_in(site: str, logged_in: str, door: str) -> None:
    """So that the others are refused for theirs."""
    headers = [("Cookie", logged_in), ("Origin", site)]
    assert await DOORS[door](site, headers) in (101, 200)


async def test_a_socket_for_a_foreign_host_is_refused(site: str, trace: list[str]) -> None:
    server = (urlsplit(site).hostname or "", urlsplit(site).port or 0)
    async with somebody_beside(site):
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with connected("http://evil.example", server=server):
                pass
        assert refused.value.response.status_code == 400
        assert trace == []


@pytest.mark.parametrize("path", ["/_upload", TICKET_PATH, "/ping", "/_health", "/admin/login/"])
async def test_a_request_for_a_foreign_host_is_refused(
    site: str, trace: list[str], path: str
) -> None:
    async with somebody_beside(site), httpx.AsyncClient() as client:
        headers = {"Host": "evil.example", "Origin": "http://evil.example"}
        method = "GET" if path == "/admin/login/" else "POST"
        answer = await client.request(method, f"{site}{path}", headers=headers)
        assert answer.status_code == 400
        assert trace == []


@pytest.mark.parametrize(
    "body",
    [multipart(b"x" * (11 * 1024 * 1024)), multipart(*[b"x"] * 21)],
    ids=["too large a file", "too many files"],
)
async def test_an_upload_over_a_limit_disturbs_nobody(
    site: str, trace: list[str], body: bytes
) -> None:
    named = {"Reflex-Client-Token": "a", "Reflex-Event-Handler": f"{UPLOAD}.keep"}
    async with somebody_beside(site), httpx.AsyncClient() as client:
        headers = {"Origin": site, **MULTIPART, **named}
        answer = await client.post(f"{site}/_upload", content=body, headers=headers)
        assert answer.status_code == 413
        assert "handler" not in trace
