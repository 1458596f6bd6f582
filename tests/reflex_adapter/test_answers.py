"""What the browser is told when the chain has answered: a table of every kind of answer."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.http import HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from reflex.event import Event

from django_adapter import synthetic_request
from reflex_adapter.answers import answer
from reflex_adapter.bridge import Outcome
from reflex_adapter.errors import EventRefused
from reflex_adapter.last_load import LastLoad
from reflex_adapter.login_page import ToLogin


def outcome(scope: Any, response: HttpResponse, completed: bool = False, **options: Any) -> Outcome:
    request = synthetic_request(scope("/_event/", **options), path="/cart")
    return Outcome(request, response, completed)


def told(given: Outcome) -> str | None:
    """Return what the client is told, in the form in which Reflex sends it."""
    spec = answer(given)
    if spec is None:
        return None
    [event] = Event.from_event_type(spec)
    return f"{event.name} {json.dumps(event.payload)}"


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_nothing_is_told_if_the_handler_ran_and_all_is_well(
    websocket_scope: Any, status: int
) -> None:
    assert told(outcome(websocket_scope, HttpResponse(status=status), completed=True)) is None


@pytest.mark.parametrize("completed", [True, False])
@pytest.mark.parametrize(
    ("status", "shown"),
    [
        *[(400, "400 Bad Request"), (401, "401 Unauthorized"), (403, "403 Forbidden")],
        *[(404, "404 Not Found"), (418, "418 I'm a Teapot"), (429, "429 Too Many Requests")],
        *[(499, "499 "), (503, "503 Service Unavailable")],
    ],
)
def test_a_refusal_is_a_visible_message(
    websocket_scope: Any, status: int, shown: str, completed: bool
) -> None:
    message = told(outcome(websocket_scope, HttpResponse(status=status), completed))
    assert message is not None
    assert shown.lower() in message.lower()
    assert "error" in message


def test_a_refusal_shows_nothing_of_the_responses_body(websocket_scope: Any) -> None:
    response = HttpResponse("<script>alert(1)</script>", status=403)
    assert "script>" not in str(told(outcome(websocket_scope, response)))


@pytest.mark.parametrize(
    ("status", "completed"),
    [
        *[(500, True), (500, False), (501, True), (502, False), (504, False), (599, True)],
        *[(200, False), (204, False), (299, False)],
        *[(300, True), (302, True), (302, False), (304, False)],  # none has a Location
    ],
)
def test_any_other_answer_takes_the_error_path(
    websocket_scope: Any, status: int, completed: bool
) -> None:
    response = HttpResponseNotModified() if status == 304 else HttpResponse(status=status)
    ran = "ran" if completed else "did not complete"
    with pytest.raises(EventRefused, match=rf"{status} .*'/cart'.*handler {ran}"):
        answer(outcome(websocket_scope, response, completed))


@pytest.mark.parametrize("completed", [True, False])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_navigation(websocket_scope: Any, status: int, completed: bool) -> None:
    response = HttpResponse(status=status, headers={"Location": "/admin/login/?next=/cart"})
    message = told(outcome(websocket_scope, response, completed))
    assert message is not None
    assert json.dumps('window.location.assign("/admin/login/?next=/cart")') in message


@pytest.mark.parametrize(
    ("location", "scheme"),
    [
        *[("/x", "wss"), ("x/y", "wss"), ("?a=1", "ws"), ("#top", "ws")],
        *[("https://testserver/x", "wss"), ("https://testserver/x", "ws")],
        *[("http://testserver/x", "ws"), ("//testserver/x", "ws")],
    ],
)
def test_a_redirect_within_the_site_is_followed(
    websocket_scope: Any, location: str, scheme: str
) -> None:
    given = outcome(websocket_scope, HttpResponseRedirect(location), scheme=scheme)
    assert location in str(told(given))


@pytest.mark.parametrize(
    ("location", "scheme"),
    [
        *[("https://evil.example/", "wss"), ("//evil.example/", "wss"), ("///evil.example", "ws")],
        *[("/\\evil.example", "ws"), ("\\\\evil.example", "ws"), ("http:///evil.example", "ws")],
        *[("https://testserver.evil.example/", "wss"), ("https://testserver@evil.example/", "ws")],
        *[("https://testserver:8443/", "wss"), ("http://testserver/x", "wss")],
        *[("javascript:alert(1)", "ws"), ("data:text/html,x", "ws"), ("", "ws")],
    ],
)
def test_a_redirect_elsewhere_is_not_followed(
    websocket_scope: Any, location: str, scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = HttpResponse(status=302, headers={"Location": location})
    with (
        caplog.at_level(logging.WARNING, "reflex_adapter"),
        pytest.raises(EventRefused, match="another site"),
    ):
        answer(outcome(websocket_scope, response, scheme=scheme))
    assert caplog.messages == ["Not redirecting an event of '/cart' to another site"]


NAMED = ["testserver", "other.example", ".sub.example", "[::1]", "*"]


@pytest.mark.parametrize(
    ("location", "scheme"),
    [
        *[("https://other.example/x", "wss"), ("https://other.example/x", "ws")],
        *[("http://other.example", "ws"), ("//other.example/x", "ws"), ("//[::1]/x", "ws")],
        *[("https://Other.Example/x", "wss"), ("https://a.b.sub.example/", "wss")],
    ],
)
def test_one_to_a_host_that_the_allowed_hosts_name_is_followed(
    websocket_scope: Any, settings: Any, location: str, scheme: str
) -> None:
    settings.ALLOWED_HOSTS = NAMED
    given = outcome(websocket_scope, HttpResponseRedirect(location), scheme=scheme)
    assert location in str(told(given))


@pytest.mark.parametrize(
    ("location", "scheme"),
    [
        *[("https://evil.example/", "wss"), ("https://other.example.evil.example/", "wss")],
        *[("http://other.example/", "wss"), ("ftp://other.example/", "ws")],
        *[("https://other.example:8443/", "wss"), ("https://other.example@evil.example/", "wss")],
        *[("https://other.example\\@evil.example/", "wss"), ("https://[other.example/", "wss")],
        *[("//evil.example\\.other.example", "ws"), ("https:///other.example", "wss")],
        *[("https://a@other.example/", "wss"), ("https://evil.sub.example.evil.example/", "ws")],
    ],
)
def test_one_to_a_host_that_no_allowed_host_names_is_not(
    websocket_scope: Any, settings: Any, location: str, scheme: str
) -> None:
    """A ``*`` is for who answers for hosts elsewhere, and would make an open redirect here."""
    settings.ALLOWED_HOSTS = NAMED
    response = HttpResponse(status=302, headers={"Location": location})
    with pytest.raises(EventRefused, match="another site"):
        answer(outcome(websocket_scope, response, scheme=scheme))


def test_the_port_of_an_allowed_host_may_be_that_of_the_page(
    websocket_scope: Any, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = NAMED
    given = outcome(
        websocket_scope,
        HttpResponseRedirect("http://other.example:8000/x"),
        host=b"testserver:8000",
    )
    assert "http://other.example:8000/x" in str(told(given))


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_a_redirect_to_the_projects_own_login_page_is_followed_anywhere(
    websocket_scope: Any, scheme: str
) -> None:
    response = ToLogin("https://login.example.com/?next=https%3A//testserver/cart")
    message = told(outcome(websocket_scope, response, completed=True, scheme=scheme))
    assert "https://login.example.com/?next=https%3A//testserver/cart" in str(message)


def test_a_page_that_is_redirected_is_not_one_to_go_back_to(websocket_scope: Any) -> None:
    spec = answer(outcome(websocket_scope, HttpResponseRedirect("/login/")), LastLoad())
    assert spec is not None
    [event] = Event.from_event_type(spec)
    assert event.payload["javascript_code"] == 'window.location.replace("/login/")'


@pytest.mark.parametrize(
    "location", ['/x");alert(1);("', "/x</script><script>alert(1)", "/x\\", "/x\u2028y", "/\x7f'"]
)
def test_a_location_cannot_leave_its_string_in_the_script(
    websocket_scope: Any, location: str
) -> None:
    response = HttpResponse(status=302)
    response.headers["Location"] = location
    message = told(outcome(websocket_scope, response))
    assert message is not None
    payload = json.loads(message.partition(" ")[2])
    script = payload["javascript_code"]
    start, end = "window.location.assign(", ")"
    assert script.startswith(start)
    assert json.loads(script[len(start) : -len(end)]) == response["Location"]
