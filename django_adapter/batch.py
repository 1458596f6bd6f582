"""Neighbouring hook-style middleware as one handler: a loop over hooks instead of nested calls.

What each call returns, raises and skips is what ``MiddlewareMixin`` and Django's
``convert_exception_to_response`` around each layer would make of it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from django.core.exceptions import SynchronousOnlyOperation
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from django_adapter.blocking import Condition, condition
from django_adapter.places import in_thread

Hook = Callable[..., Any]
# A hook with its middleware's place in the batch, and when it may block.
Placed = tuple[int, Hook, Condition | None]


class Handler(Protocol):
    """The rest of the chain: takes a request and has a response for it, whatever happens."""

    def __call__(self, request: HttpRequest, /) -> Coroutine[Any, Any, HttpResponseBase]: ...


class Batch:
    """Neighbouring hook-style middleware, the outermost first, around the rest of the chain."""

    def __init__(self, members: Sequence[tuple[object, bool]], inner: Handler) -> None:
        self.members, self.inner, self.many = members, inner, len(members)
        self.request_hooks = self._placed("process_request")
        self.response_hooks = self._placed("process_response")[::-1]

    @classmethod
    def around(cls, handler: Handler, middleware: object, declared: bool) -> Batch:
        """Return ``handler`` with one more layer around it."""
        if isinstance(handler, Batch):
            return cls([(middleware, declared), *handler.members], handler.inner)
        return cls([(middleware, declared)], handler)

    def _placed(self, name: str) -> list[Placed]:
        return [
            (place, getattr(middleware, name), condition(middleware, name, declared))
            for place, (middleware, declared) in enumerate(self.members)
            if hasattr(middleware, name)
        ]

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # The layers inside of `reached` have answered, or not been asked.
        response, reached = await self._request_phase(request)
        for place, hook, blocks in self.response_hooks:
            if place >= reached:
                continue
            try:
                if blocks is not None and blocks(request, response):
                    await in_thread()
                response = hook(request, response)
            except Exception as error:
                if isinstance(error, SynchronousOnlyOperation):
                    explain(hook, error)
                response, reached = await self._converted(request, error, place)
        return response

    async def _request_phase(self, request: HttpRequest) -> tuple[HttpResponseBase, int]:
        place, hook = self.many - 1, None
        try:
            for place, hook, blocks in self.request_hooks:
                if blocks is not None and blocks(request):
                    await in_thread()
                if response := hook(request):
                    return response, place + 1  # its own process_response is called too
            place, hook = self.many - 1, None
            return await self.inner(request), self.many
        except Exception as error:
            if hook is not None and isinstance(error, SynchronousOnlyOperation):
                explain(hook, error)
            return await self._converted(request, error, place)

    async def _converted(
        self, request: HttpRequest, error: Exception, place: int
    ) -> tuple[HttpResponseBase, int]:
        """Return the response that the layer at ``place`` makes of ``error``.

        Called where the error is handled. With DEBUG_PROPAGATE_EXCEPTIONS there is no response, and
        each layer further out is asked in turn, as it would be by Django.
        """
        await in_thread()
        try:
            return response_for_exception(request, error), place
        except Exception as again:
            if place == 0:
                raise
            return await self._converted(request, again, place - 1)


def explain(hook: Hook, error: BaseException) -> None:
    error.add_note(
        f"{hook.__qualname__} was called in the event loop, since DJANGO_ADAPTER_NON_BLOCKING or "
        "django_adapter.blocking says that it does no I/O."
    )
