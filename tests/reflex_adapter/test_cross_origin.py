"""Scripts of other sites: who is in ``CSRF_TRUSTED_ORIGINS`` may ask Reflex's paths, nobody else.

What Django answers is Django's business; no header of Reflex's is on it.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from django.test import override_settings

from reflex_adapter.cross_origin import varying_by_origin
from tests.reflex_adapter.client import PROBE, connected, run
from tests.reflex_adapter.uploading import uploaded_by_tab

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.django_db(transaction=True),
]

FRIEND, RELATIVE = "https://friend.example", "https://a.family.example"
FOREIGN = ["https://evil.example", "http://friend.example", "https://family.example.evil", "null"]
OF_REFLEX = ["/_upload", "/ping", "/_health", "/_event_cookies", "/_all_routes"]
OF_DJANGO = ["/admin/login/", "/cart/json/", "/"]
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-mine"}


@pytest.fixture(autouse=True)
def trusted() -> Iterator[None]:
    with override_settings(CSRF_TRUSTED_ORIGINS=[FRIEND, "https://*.family.example"]):
        yield


async def asked(method: str, url: str, origin: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=20) as browser:
        return await browser.request(method, url, headers={"Origin": origin, **headers})


def cross_origin_headers(answer: httpx.Response) -> dict[str, str]:
    named = {name.removeprefix("access-control-"): it for name, it in answer.headers.items()}
    return {name: it for name, it in named.items() if f"access-control-{name}" in answer.headers}


@pytest.mark.parametrize("path", OF_REFLEX)
@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_preflight_of_a_foreign_origin_is_refused(
    site: str, origin: str, path: str
) -> None:
    async with connected(site) as other:
        answer = await asked("OPTIONS", site + path, origin, **ASKED)
        await run(other, "who")
    assert answer.status_code == 403
    assert cross_origin_headers(answer) == {}


@pytest.mark.parametrize("path", OF_REFLEX)
@pytest.mark.parametrize("origin", [FRIEND, RELATIVE, ""])
async def test_a_preflight_of_a_trusted_origin_is_answered(
    site: str, origin: str, path: str
) -> None:
    answer = await asked("OPTIONS", site + path, origin or site, **ASKED)
    assert answer.status_code == 204
    assert answer.headers["vary"] == "Origin"
    assert cross_origin_headers(answer) == {
        "allow-origin": origin or site,
        "allow-credentials": "true",
        "allow-methods": "POST",
        "allow-headers": "x-mine",
        "max-age": "600",
    }


@pytest.mark.parametrize("path", ["/ping", "/_health"])
async def test_an_answer_can_be_read_by_trusted_origins_only(site: str, path: str) -> None:
    for origin in FOREIGN:
        assert cross_origin_headers(await asked("GET", site + path, origin)) == {}
    for origin in (FRIEND, RELATIVE, site):
        answer = await asked("GET", site + path, origin)
        assert answer.headers.get_list("vary") == ["Origin"]
        headers = {"allow-origin": origin, "allow-credentials": "true"}
        assert (answer.status_code, cross_origin_headers(answer)) == (200, headers)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([], b"Origin"),
        ([b"origin", b"Origin, ORIGIN"], b"Origin"),
        ([b"Accept-Encoding, Origin", b"Cookie"], b"Accept-Encoding, Cookie, Origin"),
        ([b""], b"Origin"),
    ],
)
async def test_an_answer_varies_by_origin_once(said: list[bytes], told: bytes) -> None:
    headers = [(b"x", b"y"), *[(b"Vary", value) for value in said]]
    assert varying_by_origin(headers) == (b"vary", told)


async def test_the_answer_to_an_upload_can_be_read_by_trusted_origins(site: str) -> None:
    answer = await uploaded_by_tab(site, "keep", headers={"Origin": FRIEND})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, FRIEND)


async def test_two_origins_are_none(site: str) -> None:
    both = [("Origin", FRIEND), ("Origin", FRIEND), *ASKED.items()]
    async with httpx.AsyncClient() as browser:
        answer = await browser.options(f"{site}/ping", headers=both)
    assert answer.status_code == 403


@pytest.mark.parametrize("path", OF_DJANGO)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("origin", [FRIEND, FOREIGN[0]])
async def test_what_django_answers_has_no_such_header(
    site: str, path: str, method: str, origin: str
) -> None:
    answer = await asked(method, site + path, origin, **ASKED)
    assert cross_origin_headers(answer) == {}
    assert "Origin" not in answer.headers.get("vary", "")


async def test_a_trusted_origin_may_open_a_socket(site: str) -> None:
    async with connected(site, origin=RELATIVE) as tab:
        await tab.call(f"{PROBE}.who")
