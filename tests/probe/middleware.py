"""One middleware of each kind that Django knows; each notes when it is entered and left."""

from __future__ import annotations

import time
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware
from django.utils.deprecation import MiddlewareMixin

trace: list[str] = []


class Hooks(MiddlewareMixin):
    def process_request(self, request: HttpRequest) -> None:
        trace.append("> hooks")

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        trace.append(f"view {view.__name__}")

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        trace.append(f"exception {exception}")

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        trace.append(f"< hooks {response.status_code}")
        return response


def sync_function(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        trace.append("> sync")
        response: HttpResponse = get_response(request)
        trace.append("< sync")
        return response

    return middleware


@sync_and_async_middleware
def async_function(get_response: Any) -> Any:
    assert iscoroutinefunction(get_response)

    async def middleware(request: HttpRequest) -> HttpResponse:
        trace.append("> async")
        response: HttpResponse = await get_response(request)
        trace.append("< async")
        return response

    return middleware


class OwnCall:
    async_capable = True
    sync_capable = False

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        trace.append("> own call")
        try:
            response: HttpResponse = await self.get_response(request)
            return response
        finally:
            trace.append("< own call")


KINDS = [f"{__name__}.{name}" for name in ("Hooks", "sync_function", "async_function", "OwnCall")]


def refuses(answer: Any) -> Any:
    """Return a middleware that answers in the view's place, or raises what it is given."""

    def middleware_factory(get_response: Any) -> Any:
        def middleware(request: HttpRequest) -> HttpResponse:
            if isinstance(answer, Exception):
                raise answer
            return answer() if callable(answer) else HttpResponse(status=answer)

        return middleware

    return middleware_factory


forbids = refuses(403)
is_busy = refuses(503)
answers_itself = refuses(200)
fails = refuses(RuntimeError("broken middleware"))
redirects = refuses(lambda: HttpResponseRedirect("/elsewhere/?a=1"))
redirects_away = refuses(lambda: HttpResponseRedirect("https://evil.example/"))


class AnswersExceptions(MiddlewareMixin):
    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse:
        return HttpResponseRedirect("/sorry/")


def retries(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = get_response(request)
        return get_response(request) if response.status_code >= 500 else response

    return middleware


def slow_response(get_response: Any) -> Any:
    """Takes its time after the view, in front of the one that has the session saved."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = get_response(request)
        time.sleep(0.2)
        return response

    return middleware


def slow_on_some_pages(get_response: Any) -> Any:
    """Takes its time before the view where the page's query says so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        time.sleep(float(request.GET.get("sleep", 0)))
        response: HttpResponse = get_response(request)
        return response

    return middleware


class AnswersByName(MiddlewareMixin):
    """Answers in the place of the handler named, so that others of the same page run."""

    answers: dict[str, Any] = {}

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Any:
        trace.append(f"view {view.__name__}")
        answer = self.answers.get(view.__name__)
        if isinstance(answer, Exception):
            raise answer
        return HttpResponse(status=answer) if isinstance(answer, int) else answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        trace.append(f"exception {type(exception).__name__}")


def sets_a_cookie(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = get_response(request)
        response.set_cookie("flavour", "mint")
        return response

    return middleware


def notes_response(get_response: Any) -> Any:
    """Note what the response has to say for itself once the view has ended."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = get_response(request)
        trace.append(f"X-Answer {response.get('X-Answer')}")
        return response

    return middleware


class TimeZone(MiddlewareMixin):
    """Activates the time zone of a cookie, as Django's documentation shows it."""

    def process_request(self, request: HttpRequest) -> None:
        if "zone" in request.COOKIES:
            timezone.activate(request.COOKIES["zone"])
        else:
            timezone.deactivate()


def time_zone(get_response: Any) -> Any:
    """The same, written as a function around the view."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with timezone.override(request.COOKIES.get("zone")):
            response: HttpResponse = get_response(request)
        return response

    return middleware


def known_by_header(get_response: Any) -> Any:
    """Logs in who a header names, for this request, and asks no session."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if name := request.headers.get("X-Known-As"):
            request.user = get_user_model().objects.get(username=name)
        response: HttpResponse = get_response(request)
        return response

    return middleware


def notes_header(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = get_response(request)
        trace.append(f"header {response.get('X-Flavour')}")
        return response

    return middleware


def notes_post(get_response: Any) -> Any:
    """Note what of a form there is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        trace.append(f"posted value {request.POST.getlist('value')}")
        response: HttpResponse = get_response(request)
        return response

    return middleware
