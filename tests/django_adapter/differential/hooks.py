"""Middleware written as hooks: all of them, one of them, and with more than the mixin expects."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from tests.django_adapter.differential.acts import act, leave

Answer = HttpResponseBase | None


class ViewHook:
    """``process_view`` alone; what it sees of the view is what Django shows it."""

    who = "view hook"

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Answer:
        name = getattr(view, "__name__", type(view).__name__)
        exempt = getattr(view, "csrf_exempt", False), getattr(view, "login_required", True)
        return act(request, self.who, "process_view", name, exempt, args, kwargs)


class ExceptionHook:
    who = "exception hook"

    def process_exception(self, request: HttpRequest, error: Exception) -> Answer:
        return act(request, self.who, "process_exception", repr(error))


class TemplateHook:
    who = "template hook"

    def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        if request.scope["plan"].get((self.who, "process_template_response")) == "return None":
            return None
        return act(request, self.who, "process_template_response") or changed(response, self.who)


def changed(response: Any, who: str) -> Any:
    if hasattr(response, "context_data"):
        response.context_data["who"] = f"{response.context_data['who']}, {who}"
    return response


class RequestHook:
    who = "request hook"

    def process_request(self, request: HttpRequest) -> Answer:
        return act(request, self.who, "before")


class ResponseHook:
    who = "response hook"

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        return leave(request, response, self.who)


class OnlyRequest(RequestHook, MiddlewareMixin):
    who = "only request"


class OnlyResponse(ResponseHook, MiddlewareMixin):
    who = "only response"


class OnlyView(ViewHook, MiddlewareMixin):
    who = "only view"


class OnlyException(ExceptionHook, MiddlewareMixin):
    who = "only exception"


class OnlyTemplate(TemplateHook, MiddlewareMixin):
    who = "only template"


class Around(RequestHook, ResponseHook, MiddlewareMixin):
    who = "around"


class Hooks(RequestHook, ViewHook, TemplateHook, ExceptionHook, ResponseHook, MiddlewareMixin):
    who = "hooks"


class MoreHooks(Hooks):
    who = "more hooks"


class NoHooks(MiddlewareMixin):
    who = "no hooks"


class SyncOnlyHooks(Hooks):
    """A mixin that says that it cannot be async: all behind it runs below its thread."""

    who = "sync only hooks"
    async_capable = False


class AsyncOnlyHooks(Hooks):
    who = "async only hooks"
    sync_capable = False


class HooksAndCall(Hooks):
    """Overrides ``__call__``, and leaves the rest to the mixin."""

    who = "hooks and call"

    def __call__(self, request: HttpRequest) -> Any:
        act(request, self.who, "call")
        return super().__call__(request)


class HooksAndAcall(Hooks):
    who = "hooks and acall"

    async def __acall__(self, request: HttpRequest) -> Any:
        act(request, self.who, "call")
        try:
            return await super().__acall__(request)
        finally:
            act(request, self.who, "finally")


class HooksInvoked(Hooks):
    """Overrides ``__call__`` with one of its own, which can be sync only."""

    who = "hooks invoked"
    async_capable = False

    def __call__(self, request: HttpRequest) -> Any:
        act(request, self.who, "call")
        response = self.process_request(request) or self.get_response(request)
        return self.process_response(request, response)


class AsyncHooks(RequestHook, ResponseHook, MiddlewareMixin):
    """Hooks that may be coroutines, since Django adapts them."""

    who = "async hooks"

    async def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Answer:
        return act(request, self.who, "process_view", args, kwargs)

    async def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        return act(request, self.who, "process_template_response") or response

    async def process_exception(self, request: HttpRequest, error: Exception) -> Answer:
        return act(request, self.who, "process_exception", repr(error))


class AsyncRequestHook(MiddlewareMixin):
    """A mistake: the mixin takes its ``process_request`` for a sync one."""

    who = "async request hook"
    sync_capable = False

    async def process_request(self, request: HttpRequest) -> Answer:
        return act(request, self.who, "before")
