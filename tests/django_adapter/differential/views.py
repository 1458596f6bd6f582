"""The views, which do what the plan says, and the URLconf with error handlers that do so too."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from typing import Any

from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt

from tests.django_adapter.differential.acts import act
from tests.django_adapter.differential.answers import Noted
from tests.django_adapter.differential.normal import normal_error
from tests.django_adapter.differential.trace import note, passed, runs_in_loop

TEXT = "what the view has to say, which is worth compressing; " * 6


def answer(request: HttpRequest, *details: Any) -> Any:
    """Do what the plan tells the view, and note what it raises."""
    try:
        return answer_or_raise(request, *details)
    except Exception as error:
        request.scope["trace"].append(("view", "raised", normal_error(error)))
        raise


def answer_or_raise(request: HttpRequest, *details: Any) -> Any:
    early = act(request, "view", "call", request.method, *details)
    todo = request.scope["plan"].get(("view", "call"))
    if todo == "return None":
        return None
    if todo in ("stream", "stream and fail"):
        return StreamingHttpResponse(parts(request, fails=todo == "stream and fail"))
    return early or Noted(request, TEXT, headers={"X-View": request.path})


async def parts(request: HttpRequest, fails: bool) -> AsyncIterator[bytes]:
    for number in range(3):
        note(request, "view", "part", number)
        yield b"part %d " % number
    if fails:
        raise LookupError("no more parts")


def sync_page(request: HttpRequest) -> Any:
    return answer(request)


async def async_page(request: HttpRequest) -> Any:
    return answer(request)


@csrf_exempt
@login_not_required
async def open_page(request: HttpRequest) -> Any:
    passed.set("the open page")
    return answer(request)


@csrf_exempt
def exempt_page(request: HttpRequest, number: int, *, more: str) -> Any:
    return answer(request, number, more)


@cache_control(private=True)
@login_not_required
def cached_page(request: HttpRequest) -> Any:
    passed.set("the cached page")
    return answer(request)


class SyncView(View):
    def get(self, request: HttpRequest) -> Any:
        return answer(request)


class AsyncView(View):
    async def get(self, request: HttpRequest) -> Any:
        return answer(request)

    async def post(self, request: HttpRequest) -> Any:
        return answer(request)


def partial_page(request: HttpRequest, *, who: str) -> Any:
    return answer(request, who)


def note_error(request: HttpRequest, status: int, *details: Any) -> HttpResponseBase:
    """Answer for an error. In which thread that is done is not Django's promise."""
    where = "in the loop" if runs_in_loop() else "in a thread"
    request.scope["trace"].append((status, where, *details))
    todo = request.scope["plan"].get(("error handler", str(status)))
    if todo == "raise":
        raise LookupError(f"handler of {status}")
    return JsonResponse({"status": status}, status=status)


def handler400(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return note_error(request, 400, repr(exception))


def handler403(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return note_error(request, 403, repr(exception))


def handler404(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return note_error(request, 404, type(exception).__name__)


def handler500(request: HttpRequest) -> HttpResponseBase:
    return note_error(request, 500)


def csrf_failed(request: HttpRequest, reason: str) -> HttpResponse:
    note(request, "csrf failed", reason)
    return HttpResponse(reason, status=403)


urlpatterns = [
    path("sync/", sync_page),
    path("async/", async_page),
    path("open/", open_page),
    path("exempt/<int:number>/", exempt_page, {"more": "of it"}),
    path("cached/", cached_page),
    path("sync-view/", SyncView.as_view()),
    path("async-view/", AsyncView.as_view()),
    path("partial/", functools.partial(partial_page, who="partial")),
    *i18n_patterns(path("local/", async_page)),
]
VIEW_PATHS = [
    "/sync/",
    "/async/",
    "/open/",
    "/exempt/1/",
    "/cached/",
    "/sync-view/",
    "/async-view/",
    "/partial/",
    "/en/local/",
]
# There is nothing at these, but a language or a slash would make pages of two of them.
NO_VIEW_PATHS = ["/nowhere/", "/local/", "/sync"]
