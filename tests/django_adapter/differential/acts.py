"""What middleware and views are told to do, and the trace in which they say that they did.

Both stand in the scope, since a scope is all that reaches Django's own handler and ours alike:
``plan`` says who does what where (``{("hooks", "process_view"): "raise 404"}``), ``trace`` is a list
that everybody adds to, ``threads`` the threads that were met, in that order.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.template import engines
from django.template.response import TemplateResponse
from django.utils import translation

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

# Set by one and read by all: what a hook sets in a thread has to reach the coroutines around it.
passed: ContextVar[str] = ContextVar("passed", default="nobody")


class Noted(HttpResponse):
    """A response that says when it is closed."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trace = request.scope["trace"]

    def close(self) -> None:
        super().close()
        self.trace.append(("closed", self.content))


class RendersAsync(TemplateResponse):
    async def render(self) -> TemplateResponse:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().render()


def template(request: HttpRequest, who: str, made: type = TemplateResponse) -> TemplateResponse:
    def rendered(response: HttpResponse) -> None:
        note(request, who, "rendered", response.content)

    source = engines["django"].from_string("{{ who }} {{ request.path }} {{ fails }}")
    response: TemplateResponse = made(request, source, {"who": who})
    response.add_post_render_callback(rendered)
    return response


def failing_template(request: HttpRequest, who: str) -> TemplateResponse:
    def fails() -> str:
        note(request, who, "render")
        raise RuntimeError(f"{who} while rendering")

    response = template(request, who)
    response.context_data["fails"] = fails
    return response


ANSWERS: dict[str, Callable[[HttpRequest, str], HttpResponseBase]] = {
    "answer": lambda request, who: Noted(request, f"{who} answers", status=299),
    "answer 503": lambda request, who: HttpResponse(who * 300, status=503, reason="Busy"),
    "answer template": template,
    "answer async template": lambda request, who: template(request, who, RendersAsync),
    "answer failing template": failing_template,
}


def change_session(request: HttpRequest, who: str) -> None:
    if hasattr(request, "session"):
        request.session[who] = request.session.get(who, 0) + 1


def flush_session(request: HttpRequest, who: str) -> None:
    if hasattr(request, "session"):
        request.session.flush()


def add_message(request: HttpRequest, who: str) -> None:
    messages.info(request, who, fail_silently=True)


def ask_for_user(request: HttpRequest, who: str) -> None:
    name = str(request.user) if hasattr(request, "user") else "no user"
    request.scope["trace"].append((who, name))


def take_over_urls(request: HttpRequest, who: str) -> None:
    request.urlconf = OTHER_URLCONF


def exempt_from_csrf(request: HttpRequest, who: str) -> None:
    request.csrf_processing_done = True


CHANGES: dict[str, Callable[[HttpRequest, str], object]] = {
    "change session": change_session,
    "flush session": flush_session,
    "add message": add_message,
    "use token": lambda request, who: get_token(request),
    "ask for user": ask_for_user,
    "read body": lambda request, who: request.POST.get("who"),
    "take over urls": take_over_urls,
    "speak German": lambda request, who: translation.activate("de"),
    "pass on": lambda request, who: passed.set(who),
    "check host": lambda request, who: request.get_host(),
    "exempt": exempt_from_csrf,
}


def act(request: HttpRequest, who: str, when: str, *details: Any) -> HttpResponseBase | None:
    """Note that ``who`` is at ``when``, and do there what the plan says."""
    todo = request.scope["plan"].get((who, when))
    note(request, who, when, todo, *details)
    if todo in ERRORS:
        raise ERRORS[todo](f"{who} at {when}")
    if todo in CHANGES:
        CHANGES[todo](request, who)
    return ANSWERS[todo](request, who) if todo in ANSWERS else None


def note(request: HttpRequest, who: str, when: str, *details: Any) -> None:
    match = request.resolver_match and request.resolver_match.route
    state = (place(request.scope["threads"]), translation.get_language(), passed.get(), match)
    request.scope["trace"].append((who, when, *details, *state))


def place(threads: list[int]) -> str:
    """Tell the loop from a thread, and the threads from each other."""
    if runs_in_loop():
        return "in the loop"
    if threading.get_ident() not in threads:
        threads.append(threading.get_ident())
    return f"in thread {threads.index(threading.get_ident())}"


def runs_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


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


def described(response: Any) -> tuple[Any, ...]:
    status = getattr(response, "status_code", None)
    rendered = getattr(response, "is_rendered", True) and hasattr(response, "content")
    # The page of an error under DEBUG has a traceback, which is not what is compared.
    told = rendered and not (settings.DEBUG and status and status >= 400)
    return type(response).__name__, status, response.content[:40] if told else None
