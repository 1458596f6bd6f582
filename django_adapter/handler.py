"""Django's ``BaseHandler`` over the compiled chain: resolve, call the view, render.

Everything here follows ``BaseHandler._get_response_async`` line by line; only where each step runs
is decided otherwise. A step that may block goes to the request's thread, and what comes after it
stays there for as long as it can, so that a synchronous view with synchronous middleware costs one
hop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import CoroutineType
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import set_urlconf
from django.utils.log import log_response

from django_adapter.chain import Compiled
from django_adapter.places import drive, in_thread, on_loop


class CompiledHandler(BaseHandler):
    """Runs ``settings.MIDDLEWARE`` with Django's meaning, and no hop that nothing needs."""

    middleware: Sequence[str] | None = None  # other dotted paths than those

    def load_middleware(self, is_async: bool = False) -> None:
        """Compile the chain. Raises what a middleware's ``__init__`` raises, and Django would."""
        chain = Compiled(self._safe_view_response, self.middleware)
        self._view_middleware = chain.view_hooks
        self._template_response_middleware = chain.template_hooks
        self._exception_middleware = chain.exception_hooks
        self._middleware_chain = chain.handler

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await drive(self._logged_response(request))

    async def _logged_response(self, request: HttpRequest) -> HttpResponseBase:
        set_urlconf(settings.ROOT_URLCONF)
        response: HttpResponseBase = await self._middleware_chain(request)
        response._resource_closers.append(request.close)  # type: ignore[attr-defined]
        if response.status_code >= 400:
            await in_thread()
            log_response(
                "%s: %s",
                response.reason_phrase,
                request.path,
                response=response,  # type: ignore[arg-type]
                request=request,
            )
        return response

    async def _safe_view_response(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return await self._view_response(request)
        except Exception as error:
            await in_thread()
            return response_for_exception(request, error)

    async def _view_response(self, request: HttpRequest) -> HttpResponseBase:
        response = None
        view, args, kwargs = self.resolve_request(request)
        for hook in self._view_middleware:
            response = await hook(request, view, args, kwargs)
            if response:
                break
        if response is None:
            response = await self._call_view(request, view, args, kwargs)
        if not isinstance(response, HttpResponseBase):
            self.check_response(response, view)
        if callable(getattr(response, "render", None)):
            response = await self._rendered(request, response)
        if isinstance(response, CoroutineType):
            raise RuntimeError("Response is still a coroutine.")
        return response  # type: ignore[no-any-return]

    async def _call_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> Any:
        atomic: Callable[..., Any] = self.make_view_atomic(view)
        try:
            if self.is_async(atomic):
                await on_loop()
                return await atomic(request, *args, **kwargs)
            await in_thread()
            response = atomic(request, *args, **kwargs)
            await in_thread()  # again, so that a request whose client has left ends here
            return response
        except Exception as error:
            return await self._answered(request, error)

    def is_async(self, view: Callable[..., Any]) -> bool:
        return iscoroutinefunction(view)

    async def _rendered(self, request: HttpRequest, response: Any) -> Any:
        for hook in self._template_response_middleware:
            response = await hook(request, response)
            owner = hook.__self__  # type: ignore[attr-defined]
            name = f"{type(owner).__name__}.process_template_response"
            self.check_response(response, hook, name=name)
        try:
            if iscoroutinefunction(response.render):
                await on_loop()
                return await response.render()
            await in_thread()
            return response.render()
        except Exception as error:
            return await self._answered(request, error)

    async def _answered(self, request: HttpRequest, error: Exception) -> HttpResponseBase:
        """Return what a ``process_exception`` hook answers to ``error``, or raise it."""
        if self._exception_middleware:
            await in_thread()
        response = self.process_exception_by_middleware(error, request)
        if response is None:
            raise error
        return response
