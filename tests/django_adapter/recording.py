"""Middleware of every kind Django allows, each saying in one trace what it does and when.

What a run is to do stands in the scope, since a scope is all that reaches Django's own handler
and the runner alike: ``trace`` is a list that everybody adds to, ``plan`` says who answers or
raises where (``{("hooks", "process_view"): "answer"}``). Nothing here knows which of the two runs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import (
    async_only_middleware,
    sync_and_async_middleware,
    sync_only_middleware,
)
from django.utils.deprecation import MiddlewareMixin


class Planned(Exception):
    """What middleware and view raise when the plan tells them to."""


ERRORS = {
    "raise": Planned,
    "raise 403": PermissionDenied,
    "raise 404": Http404,
    "raise 400": SuspiciousOperation,
}


def act(request: HttpRequest, who: str, when: str, *details: Any) -> HttpResponse | None:
    """Note that ``who`` is at ``when``, and do there what the plan says."""
    todo = request.scope["plan"].get((who, when))
    request.scope["trace"].append((who, when, todo, *details))
    if todo in ERRORS:
        raise ERRORS[todo](f"{who} in {when}")
    return HttpResponse(f"{who} in {when}", status=299) if todo == "answer" else None


def leave(request: HttpRequest, response: HttpResponse, who: str) -> HttpResponse:
    """Note that ``response`` passes ``who``, and mark it."""
    when = "process_response"
    response = act(request, who, when, response.status_code, response.content) or response
    response.headers["X-Passed"] = f"{response.headers.get('X-Passed', '')} {who}"
    response.set_cookie(who.replace(" ", "-"), "passed", httponly=True, samesite="Lax")
    return response


class Hooks(MiddlewareMixin):
    who = "hooks"

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        return act(request, self.who, "process_request")

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        attributes = (view.__name__, getattr(view, "login_required", None), args, kwargs)
        return act(request, self.who, "process_view", request.resolver_match.route, attributes)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return act(request, self.who, "process_exception", repr(error))

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        act(request, self.who, "process_template_response")
        return response

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return leave(request, response, self.who)


class MoreHooks(Hooks):
    who = "more hooks"


@sync_only_middleware
def sync_function(get_response: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        early = act(request, "sync function", "process_request")
        return early or leave(request, get_response(request), "sync function")

    return middleware


@async_only_middleware
def async_function(
    get_response: Callable[..., Awaitable[HttpResponse]],
) -> Callable[..., Awaitable[HttpResponse]]:
    async def middleware(request: HttpRequest) -> HttpResponse:
        early = act(request, "async function", "process_request")
        return early or leave(request, await get_response(request), "async function")

    return middleware


@sync_and_async_middleware
def hybrid_function(get_response: Callable[..., Any]) -> Callable[..., Any]:
    made = async_function if iscoroutinefunction(get_response) else sync_function
    return made(get_response)


class SyncCall:
    """No ``async_capable``: Django gives it a thread and a ``get_response`` that blocks."""

    def __init__(self, get_response: Callable[..., HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            early = act(request, "sync call", "process_request")
            return early or leave(request, self.get_response(request), "sync call")
        finally:
            act(request, "sync call", "finally")


class AsyncCall:
    """Hooks that are coroutines, around a coroutine."""

    async_capable = True
    sync_capable = False

    def __init__(self, get_response: Callable[..., Awaitable[HttpResponse]]) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            early = act(request, "async call", "process_request")
            return early or leave(request, await self.get_response(request), "async call")
        finally:
            act(request, "async call", "finally")

    async def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        return act(request, "async call", "process_view", view.__name__)

    async def process_exception(self, request: HttpRequest, error: Exception) -> Any:
        return act(request, "async call", "process_exception", repr(error))


@login_not_required
async def page(request: HttpRequest) -> HttpResponse | None:
    """The view, whether Django finds it by its path or the runner is given it."""
    early = act(request, "page", "view", request.resolver_match.route)
    if request.scope["plan"].get(("page", "view")) == "return None":
        return None
    if request.scope["plan"].get(("page", "view")) == "template":
        response = TemplateResponse(request, engines["django"].from_string("{{ path }}"))
        response.context_data = {"path": request.path}
        return response
    return early or HttpResponse("page", headers={"X-Page": "seen"})


urlpatterns = [path("page/", page)]
KINDS = [
    f"{__name__}.{kind.__name__}"
    for kind in (Hooks, MoreHooks, sync_function, async_function, hybrid_function, SyncCall)
] + [f"{__name__}.AsyncCall"]
