"""What middleware and views are told to do, and the trace in which they say that they did.

Both stand in the scope, since a scope is all that reaches Django's own handler and ours alike.
``plan`` says who does what where (``{("hooks", "process_view"): "raise 404"}``), ``trace`` is a
list that everybody adds to, ``threads`` has the threads that were met, in that order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from tests.django_adapter.differential.answers import ANSWERS
from tests.django_adapter.differential.trace import described, note, passed, runs_in_loop

ERRORS: dict[str, type[Exception]] = {
    "raise": RuntimeError,
    "raise 404": Http404,
    "raise 403": PermissionDenied,
    "raise 400": SuspiciousOperation,
    "raise bad request": BadRequest,
    "raise too big": RequestDataTooBig,
    "raise multipart": MultiPartParserError,
}
OTHER_URLCONF = f"{__package__}.other_urls"


def change_session(request: HttpRequest, who: str) -> None:
    if hasattr(request, "session"):
        request.session[who] = request.session.get(who, 0) + 1


def flush_session(request: HttpRequest, who: str) -> None:
    if hasattr(request, "session"):
        request.session.flush()


def add_message(request: HttpRequest, who: str) -> None:
    messages.info(request, who, fail_silently=True)


def read_messages(request: HttpRequest, who: str) -> None:
    request.scope["trace"].append((who, list(map(str, messages.get_messages(request)))))


def ask_for_user(request: HttpRequest, who: str) -> None:
    name = str(request.user) if hasattr(request, "user") else "no user"
    request.scope["trace"].append((who, name))


def replace_user(request: HttpRequest, who: str) -> None:
    """Set a user who is loaded when somebody asks, as an API's middleware does."""

    def load() -> User:
        # In which thread is not Django's promise: it may be for the page of an error.
        request.scope["trace"].append((who, "loads the user", "in the loop", runs_in_loop()))
        return User(pk=8, username=who)

    request.user = SimpleLazyObject(load)


def take_over_urls(request: HttpRequest, who: str) -> None:
    request.urlconf = OTHER_URLCONF


def nest(request: HttpRequest, who: str) -> None:
    """Go to the loop and to a thread from there, as sync code does that calls async code."""

    async def nested() -> None:
        note(request, who, "nested")
        await sync_to_async(note)(request, who, "nested twice")

    if not runs_in_loop():
        async_to_sync(nested)()


def exempt_from_csrf(request: HttpRequest, who: str) -> None:
    request.csrf_processing_done = True


CHANGES: dict[str, Callable[[HttpRequest, str], object]] = {
    "change session": change_session,
    "flush session": flush_session,
    "add message": add_message,
    "read messages": read_messages,
    "use token": lambda request, who: get_token(request),
    "ask for user": ask_for_user,
    "replace user": replace_user,
    "read body": lambda request, who: request.POST.get("who"),
    "take over urls": take_over_urls,
    "speak German": lambda request, who: translation.activate("de"),
    "pass on": lambda request, who: passed.set(who),
    "check host": lambda request, who: request.get_host(),
    "exempt": exempt_from_csrf,
    "nest": nest,
}

NEED_THREAD = {"nest", "replace user"}


def act(request: HttpRequest, who: str, when: str, *details: Any) -> HttpResponseBase | None:
    """Note that ``who`` is at ``when``, and do there what the plan says."""
    todo = request.scope["plan"].get((who, when))
    note(request, who, when, todo, *details)
    if todo in ERRORS:
        raise ERRORS[todo](f"{who} at {when}")
    if todo in CHANGES:
        CHANGES[todo](request, who)
    return ANSWERS[todo](request, who) if todo in ANSWERS else None


def leave(request: HttpRequest, response: Any, who: str) -> Any:
    """Note that ``response`` passes ``who``, mark it, and do what the plan says."""
    todo = request.scope["plan"].get((who, "after"))
    response = act(request, who, "after", described(response)) or response
    if todo == "return None":
        return None
    if todo == "set cookie":
        response.set_cookie(who.replace(" ", "-"), "set", httponly=True, samesite="Lax")
    if todo == "delete cookies":
        response.delete_cookie("sessionid")
    if todo == "mark":
        response.headers["X-Passed"] = f"{response.headers.get('X-Passed', '')} {who}"
    return response
