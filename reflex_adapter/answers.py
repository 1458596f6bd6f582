"""What the browser is told when Django, rather than the handler, has answered an event."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

import reflex as rx
from django.utils.http import url_has_allowed_host_and_scheme
from reflex.event import EventSpec

from reflex_adapter.bridge import Outcome

logger = logging.getLogger("reflex_adapter")


class EventRefused(RuntimeError):
    """The middleware chain answered an event in a way that only the app's error path can show."""


def answer(outcome: Outcome) -> EventSpec | None:
    """Return what the client is to do about the chain's response; nothing if all went well.

    A redirect becomes a navigation, a refusal (4xx and 503) a visible message. Raises
    ``EventRefused`` for any other response that is not the handler's own.
    """
    status = outcome.response.status_code
    if status in range(300, 400) and outcome.response.has_header("Location"):
        return navigation(outcome)
    if status in range(400, 500) or status == HTTPStatus.SERVICE_UNAVAILABLE:
        refusal: EventSpec = rx.toast.error(f"{status} {outcome.response.reason_phrase}")
        return refusal
    if outcome.completed and status < 300:
        return None
    raise EventRefused(
        f"Middleware answered {status} to an event of {outcome.request.path!r}; "
        f"its handler {'ran' if outcome.completed else 'did not complete'}."
    )


def navigation(outcome: Outcome) -> EventSpec:
    """Return a full page load of the response's ``Location``, which may be a page of Django's."""
    location = outcome.response["Location"]
    request = outcome.request
    if not url_has_allowed_host_and_scheme(
        location, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        logger.warning("Not redirecting an event of %r to another site", request.path)
        raise EventRefused("Middleware redirected an event to another site.")
    return rx.call_script(f"window.location.assign({json.dumps(location)})")
