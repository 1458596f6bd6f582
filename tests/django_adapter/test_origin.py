"""Who may connect is what Django would decide: ``CsrfViewMiddleware`` is the oracle."""

from __future__ import annotations

import itertools
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from django_adapter import origin_allowed
from tests.conftest import Header, ScopeFactory

SECRET = b"x" * 32
TRUSTED: dict[str, list[str]] = {
    "nobody": [],
    "one": ["https://partner.example"],
    "ports": ["https://partner.example:8443", "http://partner.example:80"],
    "subdomains": ["https://*.partner.example"],
    "subdomains on a port": ["http://*.partner.example:8080"],
    "everybody": ["https://*"],
    "ipv6": ["http://[2001:db8::1]:8000"],
    "case": ["https://Partner.Example"],
}
HOSTS = [
    b"example.com",
    b"example.com:80",
    b"example.com:443",
    b"example.com:8000",
    b"EXAMPLE.com",
    b"example.com.",
    b"[::1]:8000",
    b"127.0.0.1",
    b"not-allowed.example",
    b"example.com, example.com",
    b"",
]
ORIGINS = [
    "http://example.com",
    "https://example.com",
    "https://example.com:443",
    "http://example.com:80",
    "http://example.com:8000",
    "https://example.com/",
    "https://example.com.",
    "https://EXAMPLE.com",
    "HTTPS://example.com",
    "https://example.com.evil.com",
    "https://evilexample.com",
    "https://example.com@evil.com",
    "https://evil.com#example.com",
    "ws://example.com",
    "wss://example.com",
    "//example.com",
    "example.com",
    "http://127.0.0.1",
    "http://[::1]:8000",
    "http://[::1",
    "http://[2001:db8::1]:8000",
    "http://[2001:0db8::0001]:8000",
    "http://not-allowed.example",
    "https://partner.example",
    "https://partner.example:8443",
    "http://partner.example:80",
    "http://partner.example",
    "https://a.partner.example",
    "https://a.b.partner.example",
    "https://a.PARTNER.example",
    "https://a.partner.example:8080",
    "http://a.partner.example:8080",
    "https://evilpartner.example",
    "https://a.partner.example.evil.com",
    "https://.partner.example",
    "https://*.partner.example",
    "https://*",
    "https://Partner.Example",
    "null",
    "",
    " https://partner.example",
    "https://partner.example https://evil.com",
    "https://partner.exam\N{KELVIN SIGN}ple",
    "https://a\N{DEGREE CELSIUS}.partner.example",
]


def django_accepts(http_scope: ScopeFactory, scheme: str, host: bytes, headers: Any) -> bool:
    """Put a POST with a valid token to the middleware, so that only the origin decides."""
    token = [(b"cookie", b"csrftoken=" + SECRET), (b"x-csrftoken", SECRET)]
    scope = http_scope("/_event/", [*headers, *token], host=host, scheme=scheme)
    request = ASGIRequest(scope, BytesIO())
    middleware = CsrfViewMiddleware(lambda request: HttpResponse())
    middleware.process_request(request)
    return middleware.process_view(request, lambda request: HttpResponse(), (), {}) is None


@pytest.mark.parametrize("trusted", TRUSTED.values(), ids=TRUSTED)
@pytest.mark.parametrize(("scheme", "as_http"), [("ws", "http"), ("wss", "https")])
def test_an_origin_is_allowed_where_django_accepts_it_on_a_post(
    settings: Settings,
    http_scope: ScopeFactory,
    websocket_scope: ScopeFactory,
    trusted: list[str],
    scheme: str,
    as_http: str,
) -> None:
    settings.ALLOWED_HOSTS = ["example.com", "[::1]", "127.0.0.1"]
    settings.CSRF_TRUSTED_ORIGINS = trusted
    ours, django = set(), set()
    for host, origin in itertools.product(HOSTS, ORIGINS):
        headers = [(b"origin", origin.encode())]
        scope = websocket_scope("/_event/", headers, host=host, scheme=scheme)
        if origin_allowed(scope, origin.encode().decode("latin-1")):
            ours.add((host, origin))
        if django_accepts(http_scope, as_http, host, headers):
            django.add((host, origin))
    assert ours == django


hosts = st.from_regex(r"\A(?:[a-z]{0,3}\.)?(?:example|evil)\.(?:com|com\.)\Z")
ports = st.sampled_from(["", ":80", ":443", ":8000", ":"])
origins = st.builds(
    "{}{}{}".format, st.sampled_from(["http://", "https://", "wss://", "//", ""]), hosts, ports
)


@given(
    origin=origins | st.text(st.characters(min_codepoint=32, max_codepoint=255)),
    host=st.builds("{}{}".format, hosts, ports).map(str.encode),
    secure=st.booleans(),
    trusted=st.lists(st.sampled_from(["https://*.example.com", "http://*", "https://evil.com:80"])),
)
def test_any_origin_is_allowed_where_django_accepts_it(
    http_scope: ScopeFactory,
    websocket_scope: ScopeFactory,
    origin: str,
    host: bytes,
    secure: bool,
    trusted: list[str],
) -> None:
    headers = [(b"origin", origin.encode("latin-1"))]
    scope = websocket_scope("/_event/", headers, host=host, scheme="wss" if secure else "ws")
    with override_settings(ALLOWED_HOSTS=[".example.com"], CSRF_TRUSTED_ORIGINS=trusted):
        django = django_accepts(http_scope, "https" if secure else "http", host, headers)
        assert origin_allowed(scope, origin) == django


@pytest.mark.parametrize("forwarded", [b"https", b"http"])
def test_the_scheme_is_what_a_trusted_proxy_says(
    settings: Settings, http_scope: ScopeFactory, websocket_scope: ScopeFactory, forwarded: bytes
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    headers = [(b"x-forwarded-proto", forwarded), (b"origin", b"https://testserver")]
    allowed = origin_allowed(websocket_scope("/_event/", headers), "https://testserver")
    assert allowed == django_accepts(http_scope, "http", b"testserver", headers)
    assert allowed == (forwarded == b"https")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], True),
        ([(b"authorization", b"Bearer x")], True),
        ([(b"cookie", b"sessionid=x")], False),
        ([(b"Cookie", b"sessionid=x")], False),
        ([(b"cookie", b"theme=dark")], False),
        ([(b"cookie", b""), (b"cookie", b"sessionid=x")], False),
    ],
)
def test_without_an_origin_only_a_client_without_cookies_is_let_in(
    websocket_scope: ScopeFactory, headers: list[Header], expected: bool
) -> None:
    assert origin_allowed(websocket_scope("/_event/", headers), None) is expected


@pytest.mark.parametrize("path", ["/_event/", "/", "", "*", "/\0"])
def test_an_origin_is_decided_whatever_the_path(websocket_scope: ScopeFactory, path: str) -> None:
    assert origin_allowed(websocket_scope(path), "http://testserver")
    assert not origin_allowed(websocket_scope(path), "http://evil.com")
