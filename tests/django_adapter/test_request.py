"""A synthetic request is the one Django makes of a plain HTTP request: Django is the oracle."""

from __future__ import annotations

import copy
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from django_adapter import synthetic_request
from tests.conftest import Header, ScopeFactory

PROXIED = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}
BEHIND = {**PROXIED, "USE_X_FORWARDED_HOST": True, "USE_X_FORWARDED_PORT": True}

HEADERS: dict[str, list[Header]] = {
    "none": [],
    "one cookie": [(b"cookie", b"a=1")],
    "several cookie headers": [(b"cookie", b"a=1"), (b"cookie", b"b=2;"), (b"cookie", b"a=3")],
    "malformed cookie": [(b"cookie", b'=; ;;a;b=\\"x; c=\xff\xfe; \x01=2; d="\\073"')],
    "empty cookie": [(b"cookie", b"")],
    "underscores": [(b"x_user", b"spoofed"), (b"x-user", b"real"), (b"remote_user", b"root")],
    "repeated": [(b"x-forwarded-for", b"10.0.0.1"), (b"x-forwarded-for", b"10.0.0.2")],
    "forwarded": [(b"x-forwarded-host", b"shop.example"), (b"x-forwarded-proto", b"https")],
    "forwarded port": [(b"x-forwarded-port", b"8443"), (b"x-forwarded-proto", b"https, http")],
    "not allowed": [(b"x-forwarded-host", b"evil.example")],
    "second host": [(b"host", b"evil.example")],
    "language and agent": [(b"accept-language", b"de"), (b"user-agent", "ünï".encode())],
    "authorization": [(b"authorization", b"Bearer x"), (b"origin", b"https://shop.example")],
}
PATHS = [
    "/",
    "/cart/",
    "//double",
    "/ünï/☃",
    "/a b%20c?d#e",
    "/shop/cart",
    "/shopping",
    "/\x7f\\..",
]
QUERIES = [b"", b"a=1&a=2&b", b"q=%C3%BC&x=%zz", "q=ü".encode(), b"&&==;"]


def answer(question: Callable[[], Any]) -> Any:
    """Return the answer, or the error that is the answer."""
    try:
        return question()
    except (DisallowedHost, UnicodeDecodeError) as error:
        return repr(error)


def reading(make: Callable[[], HttpRequest]) -> dict[str, Any]:
    request = make()
    return {
        "META": request.META,
        "method": request.method,
        "path": (request.path, request.path_info, request.get_full_path()),
        "COOKIES": request.COOKIES,
        "GET": request.GET,
        "POST": request.POST,
        "FILES": request.FILES,
        "body": request.body,
        "headers": request.headers,
        "scheme": (request.scheme, request.is_secure()),
        "content_type": (request.content_type, request.content_params, request.encoding),
        "host": answer(request.get_host),
        "port": request.get_port(),
        "uri": answer(request.build_absolute_uri),
        "language": request.headers.get("Accept-Language"),
    }


@pytest.mark.parametrize("settings_of_the_site", [{}, PROXIED, BEHIND], ids=["plain", "ssl", "all"])
@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize(("scheme", "as_http"), [("ws", "http"), ("wss", "https")])
def test_headers_mean_what_they_mean_in_an_http_request(
    http_scope: ScopeFactory,
    websocket_scope: ScopeFactory,
    settings_of_the_site: dict[str, Any],
    headers: list[Header],
    scheme: str,
    as_http: str,
) -> None:
    handshake = websocket_scope("/_event/", headers, scheme=scheme)
    plain = http_scope("/page/", headers, scheme=as_http, query_string=b"a=1")
    with override_settings(ALLOWED_HOSTS=["testserver", "shop.example"], **settings_of_the_site):
        ours = reading(lambda: synthetic_request(handshake, path="/page/", query_string=b"a=1"))
        django = reading(lambda: ASGIRequest(plain, BytesIO()))
    assert ours == django


@given(
    path=st.sampled_from(PATHS) | st.text(st.characters(exclude_categories=["Cs"])),
    query_string=st.sampled_from(QUERIES) | st.text(st.characters(codec="utf-8")).map(str.encode),
    root_path=st.sampled_from(["", "/", "/shop", "/shop/", "/ü"]),
    peers=st.sampled_from(
        [{}, {"client": None, "server": None}, {"server": ("/run/x.sock", None)}]
    ),
)
def test_path_and_query_mean_what_they_mean_in_an_http_request(
    http_scope: ScopeFactory,
    websocket_scope: ScopeFactory,
    path: str,
    query_string: bytes,
    root_path: str,
    peers: dict[str, Any],
) -> None:
    path = "/" + path.replace("\0", "")
    handshake = websocket_scope(root_path=root_path, **peers)
    plain = http_scope(path, query_string=query_string, root_path=root_path, **peers)
    ours = reading(lambda: synthetic_request(handshake, path=path, query_string=query_string))
    assert ours == reading(lambda: ASGIRequest(plain, BytesIO()))


@pytest.mark.parametrize("missing", ["client", "server", "scheme", "root_path", "state"])
def test_a_scope_need_not_hold_what_the_specification_makes_optional(
    http_scope: ScopeFactory, websocket_scope: ScopeFactory, missing: str
) -> None:
    handshake, plain = websocket_scope(), http_scope("/page/")
    del handshake[missing], plain[missing]
    ours = reading(lambda: synthetic_request(handshake, path="/page/"))
    assert ours == reading(lambda: ASGIRequest(plain, BytesIO()))


def test_headers_of_another_body_are_left_out(http_scope: ScopeFactory) -> None:
    headers = [
        (b"content-type", b"multipart/form-data; boundary=x"),
        (b"content-length", b"99"),
        (b"transfer-encoding", b"chunked"),
        (b"expect", b"100-continue"),
    ]
    upload = http_scope("/_upload", headers)
    ours = reading(lambda: synthetic_request(upload, path="/page/"))
    assert ours == reading(lambda: ASGIRequest(http_scope("/page/"), BytesIO()))


def test_the_scope_stays_as_it_was(websocket_scope: ScopeFactory) -> None:
    scope = websocket_scope("/_event/", HEADERS["several cookie headers"], query_string=b"EIO=4")
    before = copy.deepcopy(scope)
    request = synthetic_request(scope, path="/page/", query_string=b"a=1", csrf_proven=True)
    request.META["HTTP_COOKIE"] = request.path_info = request.scope["path"] = "changed"
    request.scope["headers"].clear()
    assert scope == before


@pytest.mark.parametrize(
    "path", ["", "*", "page", "http://evil/", "?a", "/a\0b", "\\page", " /", "/\ud800"]
)
def test_a_path_that_no_request_can_have_raises_value_error(
    websocket_scope: ScopeFactory, path: str
) -> None:
    with pytest.raises(ValueError, match=r"absolute path without NUL|surrogates not allowed"):
        synthetic_request(websocket_scope(), path=path)


def test_a_query_string_that_is_no_text_raises_value_error(websocket_scope: ScopeFactory) -> None:
    with pytest.raises(ValueError, match="utf-8"):
        synthetic_request(websocket_scope(), path="/", query_string=b"\xff")


@pytest.mark.parametrize("proven", [True, False])
def test_django_asks_for_no_token_only_where_csrf_is_proven(
    websocket_scope: ScopeFactory, proven: bool
) -> None:
    request = synthetic_request(websocket_scope(), path="/page/", csrf_proven=proven)
    middleware = CsrfViewMiddleware(lambda request: HttpResponse())
    middleware.process_request(request)
    refusal = middleware.process_view(request, lambda request: HttpResponse(), (), {})
    assert (refusal is None) == proven
