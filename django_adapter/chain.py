"""``settings.MIDDLEWARE``, compiled once: what runs in the event loop and what in a thread.

The chain is made of coroutines that change places themselves (see ``places``). Neighbouring
hook-style middleware become one batch, a loop over their hooks; other middleware is called, as
Django nests it. Each layer turns exceptions into responses, as Django's
``convert_exception_to_response`` does around each.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from asgiref.sync import async_to_sync, iscoroutinefunction
from django.conf import settings
from django.core.exceptions import (
    ImproperlyConfigured,
    MiddlewareNotUsed,
    SynchronousOnlyOperation,
)
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from django.utils.module_loading import import_string

from django_adapter.batch import Batch, Handler, Hook, explain
from django_adapter.blocking import Condition, condition
from django_adapter.conf import non_blocking
from django_adapter.places import drive, drive_here, in_thread, on_loop

logger = logging.getLogger("django.request")

AsyncHook = Callable[..., Awaitable[Any]]


class Compiled:
    """The chain around ``inner``, and the hooks that belong around the view.

    ``middleware`` are dotted paths, ``None`` for those of the settings.
    """

    def __init__(self, inner: Handler, middleware: Sequence[str] | None = None) -> None:
        self.view_hooks: list[AsyncHook] = []
        self.template_hooks: list[AsyncHook] = []
        self.exception_hooks: list[Hook] = []
        self.handler: Handler = inner
        self._is_async = True
        declared = non_blocking()
        for path in reversed(settings.MIDDLEWARE if middleware is None else middleware):
            self._add(path, path in declared)

    def _add(self, path: str, declared: bool) -> None:
        factory = import_string(path)
        is_async = self._mode(factory, path)
        given = get_response(self.handler, is_async)
        try:
            middleware = factory(given)
        except MiddlewareNotUsed as error:
            if settings.DEBUG and str(error):
                logger.debug("MiddlewareNotUsed(%r): %s", path, error)
            elif settings.DEBUG:
                logger.debug("MiddlewareNotUsed: %r", path)
            return
        if middleware is None:
            raise ImproperlyConfigured(f"Middleware factory {path} returned None.")
        self._is_async = is_async
        self._add_hooks(middleware, declared)
        # One that put its own get_response in the place of what it was given wants it called.
        if is_hook_style(middleware) and middleware.get_response is given:
            self.handler = Batch.around(self.handler, middleware, declared)
        else:
            self.handler = (called_async if is_async else called_sync)(middleware)

    def _mode(self, factory: Any, path: str) -> bool:
        """Tell whether Django would run this middleware as async, the one inside it being known."""
        can_sync = getattr(factory, "sync_capable", True)
        can_async = getattr(factory, "async_capable", False)
        if not can_sync and not can_async:
            raise RuntimeError(
                f"Middleware {path} must have at least one of sync_capable/async_capable set to "
                "True."
            )
        return bool(can_async and (self._is_async or not can_sync))

    def _add_hooks(self, middleware: object, declared: bool) -> None:
        def placed(name: str) -> AsyncHook:
            return in_its_place(getattr(middleware, name), condition(middleware, name, declared))

        if hasattr(middleware, "process_view"):
            self.view_hooks.insert(0, placed("process_view"))
        if hasattr(middleware, "process_template_response"):
            self.template_hooks.append(placed("process_template_response"))
        if hasattr(middleware, "process_exception"):
            hook = middleware.process_exception  # always called in a thread, as by Django
            self.exception_hooks.append(async_to_sync(hook) if iscoroutinefunction(hook) else hook)


def in_its_place(hook: Hook, blocks: Condition | None) -> AsyncHook:
    """Return ``hook`` as a coroutine function that goes where it may run."""

    async def awaited(*arguments: Any) -> Any:
        await on_loop()
        return await hook(*arguments)

    async def called(*arguments: Any) -> Any:
        if blocks is not None and blocks(*arguments):
            await in_thread()
        try:
            return hook(*arguments)
        except SynchronousOnlyOperation as error:
            explain(hook, error)
            raise

    placed = awaited if iscoroutinefunction(hook) else called
    placed.__self__ = getattr(hook, "__self__", None)  # type: ignore[attr-defined]
    return placed


def is_hook_style(middleware: object) -> bool:
    """Tell whether calling it means calling its hooks, as ``MiddlewareMixin`` has it.

    Its class will do as well.
    """
    cls = middleware if isinstance(middleware, type) else type(middleware)
    if not issubclass(cls, MiddlewareMixin):
        return False
    calls = all(
        getattr(cls, it) is getattr(MiddlewareMixin, it) for it in ("__call__", "__acall__")
    )
    hooks = [getattr(middleware, name, None) for name in ("process_request", "process_response")]
    return calls and not any(map(iscoroutinefunction, hooks))


def get_response(inner: Handler, is_async: bool) -> Callable[[HttpRequest], Any]:
    """Return ``inner`` as middleware wants it, to be called from where that middleware runs."""

    async def get_response_async(request: HttpRequest) -> HttpResponseBase:
        return await drive(inner(request))

    def get_response_sync(request: HttpRequest) -> HttpResponseBase:
        return drive_here(inner(request))

    return get_response_async if is_async else get_response_sync


def called_async(middleware: Callable[[HttpRequest], Awaitable[Any]]) -> Handler:
    async def unmarked(request: HttpRequest) -> HttpResponseBase:
        await on_loop()
        return await middleware(request)  # type: ignore[no-any-return]

    if not iscoroutinefunction(middleware):  # what it raises is not converted by Django either
        return unmarked

    async def handler(request: HttpRequest) -> HttpResponseBase:
        await on_loop()
        try:
            return await middleware(request)  # type: ignore[no-any-return]
        except Exception as error:
            await in_thread()
            return response_for_exception(request, error)

    return handler


def called_sync(middleware: Callable[[HttpRequest], Any]) -> Handler:
    async def handler(request: HttpRequest) -> HttpResponseBase:
        await in_thread()
        try:
            return middleware(request)  # type: ignore[no-any-return]
        except Exception as error:
            return response_for_exception(request, error)

    return handler
