"""Pages that pass Django's template engine: what a project puts in, and what stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import pytest
from csp.constants import NONCE, SELF
from django.conf import settings
from django.test import override_settings

from reflex_adapter.page_tags import sections_of
from tests.reflex_adapter.small_build import FILES, Ask, asking, write_build

SETTING = "REFLEX_DJANGO_RENDER_SPA_VIA_TEMPLATE_ENGINE"
PAGE = (
    "<!DOCTYPE html><html><head><title>{{ request.path }}</title>"
    '<script>let a = {{}}, b = "{% now \'Y\' %}{# c #}</he" + "ad>";</script></head>'
    "<body><p>{{ 6|add:1 }} caf\u00e9 &amp; {% csrf_token %}</p></body></html>"
)
PROJECT = """{% extends "reflex/page.html" %}
{% block head %}<meta name="csrf" content="{{ csrf_token }}">{% endblock %}
{% block body %}<i>{{ request.path }} {{ user.is_staff }} {{ messages|length }}</i>{% endblock %}
"""


@pytest.fixture(params=["wsgi", "asgi"])
def get(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ask]:
    files = {**FILES, "cart.html": PAGE, "404.html": PAGE, "bare.html": "{{ no tags }}"}
    root = write_build(tmp_path / "_reflex", files)
    (root / "cart.html.gz").write_bytes(b"as it was compiled")
    with override_settings(STATIC_ROOT=root.parent, **{SETTING: True}):
        yield asking(request.param)


@pytest.fixture
def own_template(tmp_path: Path) -> Iterator[None]:
    with templates(tmp_path / "templates", PROJECT):
        yield


@contextmanager
def templates(folder: Path, page: str) -> Iterator[None]:
    """Have ``page`` for the template of the pages."""
    (folder / "reflex").mkdir(parents=True)
    (folder / "reflex" / "page.html").write_text(page)
    [engine] = settings.TEMPLATES
    with override_settings(TEMPLATES=[{**engine, "DIRS": [folder]}]):
        yield


@pytest.mark.parametrize("path", ["/cart", "/item/1", "/bare.html", "/both"])
def test_a_page_stays_as_it_was_where_a_project_puts_nothing_in(get: Ask, path: str) -> None:
    """And nothing in it is run: braces are those of scripts and texts."""
    rendered = get(path, headers={"Accept-Encoding": "gzip"})
    with override_settings(**{SETTING: False}):
        plain = get(path)
    assert (rendered.status_code, rendered.content) == (200, plain.content)
    assert rendered["Content-Type"] == plain["Content-Type"] == "text/html; charset=utf-8"
    assert rendered["Content-Length"] == str(len(rendered.content))


@pytest.mark.django_db
def test_what_a_project_puts_in_is_of_the_request(get: Ask, own_template: None) -> None:
    answer = get("/cart?a=<b>")
    start, body, end = sections_of(PAGE.encode())
    found = re.fullmatch(
        re.escape(start.decode())
        + r'<meta name="csrf" content="(\w{64})">'
        + re.escape(body.decode())
        + "<i>/cart False 0</i>"
        + re.escape(end.decode()),
        answer.content.decode(),
    )
    assert found is not None, answer.content
    assert answer.cookies[settings.CSRF_COOKIE_NAME].value != found[1]  # a masked one


@pytest.mark.django_db
def test_it_is_in_the_page_of_what_is_not_found_too(get: Ask, own_template: None) -> None:
    answer = get("/nosuch")
    assert answer.status_code == 404
    assert b"<i>/nosuch False 0</i></body>" in answer.content


@pytest.mark.django_db
def test_without_the_setting_no_template_is_asked(get: Ask, own_template: None) -> None:
    with override_settings(**{SETTING: False}):
        assert get("/cart").content.decode() == PAGE


@pytest.mark.django_db
def test_files_are_no_templates(get: Ask, own_template: None) -> None:
    answer = get("/assets/app-Dfwd_-i3.js")
    assert answer.content == b"let a = 1;"
    assert answer["ETag"]


@pytest.mark.parametrize("header", [{"If-None-Match": "*"}, {"Range": "bytes=0-1"}])
def test_a_rendered_page_is_always_sent_whole(get: Ask, header: Any) -> None:
    answer = get("/cart", headers=header)
    assert (answer.status_code, answer.content.decode()) == (200, PAGE)
    assert "ETag" not in answer
    assert "Last-Modified" not in answer
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Cookie" in answer["Vary"]


POLICY = {"DIRECTIVES": {"script-src": [SELF, NONCE]}}


@pytest.mark.skipif(django.VERSION < (6, 0), reason="Django 6.0 brought the middleware")
def test_scripts_have_the_nonce_as_well(get: Ask) -> None:
    chain = ["django.middleware.csp.ContentSecurityPolicyMiddleware", *settings.MIDDLEWARE]
    policy = {"script-src": ["'self'", "<CSP_NONCE_SENTINEL>"]}
    with override_settings(MIDDLEWARE=chain, SECURE_CSP=policy):
        has_the_nonce(get)


def test_scripts_have_the_nonce_of_django_csp_as_well(get: Ask) -> None:
    chain = ["csp.middleware.CSPMiddleware", *settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=chain, CONTENT_SECURITY_POLICY=POLICY):
        has_the_nonce(get)


def has_the_nonce(get: Ask) -> None:
    answer = get("/cart")
    found = re.search(r"'nonce-([^']+)'", answer["Content-Security-Policy"])
    assert found is not None
    page = answer.content.decode()
    assert page.replace(f' nonce="{found[1]}"', "") == PAGE
    assert page.count(found[1]) == 1


BROKEN = {
    "no such tag": "{% extends 'reflex/page.html' %}{% block head %}{% nosuch %}{% endblock %}",
    "no such template": "{% extends 'reflex/nosuch.html' %}",
    "fails for this request": "{% extends 'reflex/page.html' %}{% block head %}"
    "{% include request.nosuch %}{% endblock %}",
}


@pytest.mark.parametrize("page", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("path", ["/cart", "/nosuch"])
@pytest.mark.parametrize(
    "headers", [{}, {"Accept-Encoding": "gzip"}, {"If-None-Match": "*"}, {"Range": "bytes=0-1"}]
)
def test_where_the_template_fails_the_page_is_served_as_without_it(
    get: Ask, tmp_path: Path, caplog: pytest.LogCaptureFixture, page: str, path: str, headers: Any
) -> None:
    with override_settings(**{SETTING: False}):
        plain = get(path, headers=headers)
    caplog.clear()
    with templates(tmp_path / "templates", page):
        answer = get(path, headers=headers)
    assert (answer.status_code, answer.content) == (plain.status_code, plain.content)
    assert dict(answer.headers) == dict(plain.headers)
    [record] = [it for it in caplog.records if it.name == "django.request" and it.exc_info]
    assert (record.levelname, record.request.path) == ("ERROR", path)  # type: ignore[attr-defined]
    assert record.getMessage().endswith(f"for {path}: the page is served as it was compiled")


def test_and_with_its_nonce(get: Ask, tmp_path: Path) -> None:
    chain = ["csp.middleware.CSPMiddleware", *settings.MIDDLEWARE]
    policy = {"MIDDLEWARE": chain, "CONTENT_SECURITY_POLICY": POLICY}
    with templates(tmp_path / "templates", "{% nosuch %}"), override_settings(**policy):
        has_the_nonce(get)


@pytest.mark.parametrize(
    ("page", "sections"),
    [
        ("<head>a</head><body>b</body>c", ("<head>a", "</head><body>b", "</body>c")),
        ("<HEAD>\u00e9</HEAD>\n<BODY>b</BODY>", ("<HEAD>\u00e9", "</HEAD>\n<BODY>b", "</BODY>")),
        (
            "<head><script>'</head></body>'</script></head><!-- </body> --><p></body>",
            (
                "<head><script>'</head></body>'</script>",
                "</head><!-- </body> --><p>",
                "</body>",
            ),
        ),
        ("<iframe></body></body>", ("", "<iframe></body>", "</body>")),
        ("text", ("", "text", "")),
        ("", ("", "", "")),
    ],
)
def test_a_page_is_cut_where_its_head_and_its_body_end(
    page: str, sections: tuple[str, str, str]
) -> None:
    assert tuple(section.decode() for section in sections_of(page.encode())) == sections
