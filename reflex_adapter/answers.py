"""What the browser is told when Django, rather than the handler, has answered an event."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from urllib.parse import urlsplit

import reflex as rx
from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host
from django.utils.http import url_has_allowed_host_and_scheme
from reflex.event import EventSpec

from reflex_adapter.bridge import Outcome
from reflex_adapter.conf import configuration
from reflex_adapter.errors import EventRefused
from reflex_adapter.last_load import Load
from reflex_adapter.logged import logged
from reflex_adapter.login_page import ToLogin

logger = logging.getLogger("reflex_adapter")

FOR_GOOD = 2**31 - 1  # the longest that a browser's timer knows, in milliseconds: 24 days


def answer(outcome: Outcome, load: Load = None) -> EventSpec | None:
    """Return what the client is to do about the chain's response; nothing if all went well.

    A redirect becomes a navigation, a refusal (4xx and 503) a visible message, and so does a
    redirect that middleware made, if ``REFLEX_DJANGO_AUTO_REDIRECT_FROM_MIDDLEWARE`` is off.
    Of an event that is part of the ``load`` of a page, a refusal stays until the page is left.
    Raises ``EventRefused`` for any other response that is not the handler's own.
    """
    status = outcome.response.status_code
    redirected = status in range(300, 400) and outcome.response.has_header("Location")
    if redirected and may_navigate(outcome):
        return navigation(outcome, leaves=load is not None)
    if redirected or status in range(400, 500) or status == HTTPStatus.SERVICE_UNAVAILABLE:
        said = f"{status} {outcome.response.reason_phrase}"
        return refusal(said) if load is None else page_failed(said, load.fail())
    if outcome.completed and status < 300:
        return None
    raise refused(outcome)


def handler_ran(outcome: Outcome) -> bool:
    """Tell whether the handler ran to its end; where a guard asked for a login it never began."""
    return outcome.completed and not isinstance(outcome.response, ToLogin)


def may_navigate(outcome: Outcome) -> bool:
    return outcome.completed or configuration().auto_redirect_from_middleware


def refusal(said: str) -> EventSpec:
    shown: EventSpec = rx.toast.error(said, fallback_to_alert=True)
    return shown


def page_failed(said: str, message: str) -> EventSpec:
    """Return the message of this id, which stays: the page below it may never have its content."""
    shown: EventSpec = rx.toast.error(
        said,
        description="This page could not be loaded.",
        id=message,
        duration=FOR_GOOD,
        fallback_to_alert=True,
    )
    return shown


def page_left(message: str) -> EventSpec:
    """Return what takes a message off the page, unless it was an alert."""
    return rx.call_script(f"refs['__toast']?.dismiss({json.dumps(message)})")


def refused(outcome: Outcome) -> EventRefused:
    status = outcome.response.status_code
    error = EventRefused(
        f"Middleware answered {status} to an event of {outcome.request.path!r}; "
        f"its handler {'ran' if outcome.completed else 'did not complete'}."
    )
    if status >= 500:
        logged(error)
    return error


def navigation(outcome: Outcome, *, leaves: bool) -> EventSpec:
    """Return a full page load of the response's ``Location``, which may be a page of Django's.

    With ``leaves`` it takes the place of this page in the browser's history: the way back would
    lead to what has just been refused, and from there to the same place again.
    """
    location = outcome.response["Location"]
    request = outcome.request
    if not may_go_to(location, outcome):
        logger.warning("Not redirecting an event of %r to another site", request.path)
        error = EventRefused(f"An event of {request.path!r} was redirected to another site.")
        logged(error)
        raise error
    go = "replace" if leaves else "assign"
    return rx.call_script(f"window.location.{go}({json.dumps(location)})")


def may_go_to(location: str, outcome: Outcome) -> bool:
    """Tell whether this is within the site, or the login page that the project's guards name."""
    request = outcome.request
    within_site = url_has_allowed_host_and_scheme(
        location, allowed_hosts=hosts_of_site(location, request), require_https=request.is_secure()
    )
    return within_site or isinstance(outcome.response, ToLogin)


def hosts_of_site(location: str, request: HttpRequest) -> set[str]:
    """Return the request's host, and that of ``location`` if ``ALLOWED_HOSTS`` names it.

    A ``*`` there names none. Nor is a port named, so that there is none, or it is the request's.
    """
    own = request.get_host()
    try:
        other = urlsplit(location).netloc
    except ValueError:
        return {own}
    named = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    domain, port = split_domain_port(other)
    if port in ("", split_domain_port(own)[1]) and validate_host(domain, named):
        return {own, other}
    return {own}
