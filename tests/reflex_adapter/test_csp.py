"""Pages under a Content-Security-Policy: each script has the nonce that the policy names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from csp.constants import NONCE, SELF
from django.conf import settings
from django.test import override_settings

from reflex_adapter.nonces import parts_of, with_nonce
from tests.reflex_adapter.small_build import FILES, Ask, asking, write_build

PAGE = (
    '<!DOCTYPE html><html><head><script>let text = "<script>";</script>'
    '<script type="module" async="">import "/assets/a.js"</script><SCRIPT\n src="/a.js"></SCRIPT>'
    "</head><body><!-- <script> --><template><script>1</script></template>"
    '<p title="<script>">caf\u00e9\u2028 &lt;script&gt;</p><noscript>x</noscript></body></html>'
)
SCRIPTS = 4
POLICIES: dict[str, Any] = {
    "csp.middleware.CSPMiddleware": {
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": {"script-src": [SELF, NONCE]}}
    }
}
if django.VERSION >= (6, 0):
    POLICIES["django.middleware.csp.ContentSecurityPolicyMiddleware"] = {
        "SECURE_CSP": {"script-src": ["'self'", "<CSP_NONCE_SENTINEL>"]}
    }


@pytest.fixture(params=["wsgi", "asgi"])
def get(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ask]:
    root = write_build(tmp_path / "_reflex", {**FILES, "cart.html": PAGE, "404.html": PAGE})
    (root / "cart.html.gz").write_bytes(b"has no nonce")
    with override_settings(STATIC_ROOT=root.parent):
        yield asking(request.param)


@pytest.fixture(params=POLICIES)
def policy(request: pytest.FixtureRequest) -> Iterator[None]:
    chain = [request.param, *settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=chain, **POLICIES[request.param]):
        yield


def test_each_script_of_a_page_and_nothing_else_gets_the_nonce() -> None:
    parts = parts_of(PAGE.encode())
    assert b"".join(parts) == PAGE.encode()
    page = with_nonce(parts, "n0nce").decode()
    assert page.replace(' nonce="n0nce"', "") == PAGE
    assert page.count('<script nonce="n0nce">') == 2
    assert '<script nonce="n0nce" type="module" async="">' in page
    assert '<SCRIPT nonce="n0nce"\n src="/a.js">' in page


@pytest.mark.parametrize("page", ["", "text", "<script", "<script nonce='x'>1</script>", "\xff\n"])
def test_a_page_without_a_script_that_needs_one_stays_as_it_is(page: str) -> None:
    assert parts_of(page.encode("latin-1")) == [page.encode("latin-1")]


@pytest.mark.parametrize("path", ["/cart", "/item/1", "/nosuch"])
def test_the_scripts_have_the_nonce_of_the_policy(get: Ask, policy: None, path: str) -> None:
    headers = {"Accept-Encoding": "gzip", "Range": "bytes=0-1"}
    answers = [get(path, headers=headers) for _ in range(2)]
    for answer in answers:
        found = re.search(r"'nonce-([^']+)'", answer["Content-Security-Policy"])
        assert found is not None
        assert answer.content.decode().count(f' nonce="{found[1]}"') == SCRIPTS
        assert answer["Content-Length"] == str(len(answer.content))
        assert "private" in answer["Cache-Control"]
    assert answers[0].content != answers[1].content


@pytest.mark.parametrize("header", [{"If-None-Match": "*"}, {"If-None-Match": '"a"'}])
def test_a_page_with_a_nonce_is_always_sent(get: Ask, policy: None, header: Any) -> None:
    answer = get("/cart", headers=header)
    assert answer.status_code == 200
    assert "ETag" not in answer
    assert "Last-Modified" not in answer


def test_a_policy_is_on_files_too_which_stay_as_they_are(get: Ask, policy: None) -> None:
    answer = get("/assets/app-Dfwd_-i3.js")
    assert "script-src" in answer["Content-Security-Policy"]
    assert "nonce" not in answer["Content-Security-Policy"]
    assert answer.content == b"let a = 1;"
