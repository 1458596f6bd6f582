"""Django's ASGI handler over the compiled chain and the leased threads."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import IO, Any

import django
from django.core.asgi import get_asgi_application as django_asgi_application
from django.core.exceptions import RequestAborted
from django.core.handlers import asgi
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from asgi_compose import ASGIApp, Scope
from django_adapter.conf import compiled_chain, refuse_wrong_settings
from django_adapter.handler import CompiledHandler
from django_adapter.lease import Lease
from django_adapter.signals import close_after_work, finished, started
from django_adapter.thread import LeasedThread


def get_asgi_application() -> ASGIApp:
    """Set Django up and return its ASGI application, over the compiled chain.

    With ``DJANGO_ADAPTER_COMPILED_CHAIN = False`` it is Django's own. Raises
    ``ImproperlyConfigured`` for a ``DJANGO_ADAPTER_`` setting that is wrong or unknown.
    """
    django.setup(set_prefix=False)
    refuse_wrong_settings()
    return ASGIHandler() if compiled_chain() else django_asgi_application()


class RequestProcessed(Exception):
    """Ends the wait for the client's disconnect."""


class ASGIHandler(CompiledHandler, asgi.ASGIHandler):
    """Serves HTTP as Django's ``ASGIHandler`` does, at fewer hops."""

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(f"Django can only handle ASGI/HTTP connections, not {scope['type']}.")
        async with LeasedThread() as lease:
            try:
                body_file = await self.read_body(receive)
            except RequestAborted:
                return
            try:
                await self._serve(scope, receive, send, body_file, lease)
            finally:
                close_after_work(body_file, lease)

    async def _serve(
        self, scope: Scope, receive: Any, send: Any, body: IO[bytes], lease: Lease | None
    ) -> None:
        set_script_prefix(asgi.get_script_prefix(scope))
        await started(type(self), scope, lease)
        request, refusal = self.create_request(scope, body)
        if refusal is not None:
            body.close()
            await self.send_response(refusal, send)
            await finished(None, refusal, lease)  # the sender is nobody, as in Django
        else:
            response = await self._until_disconnect(request, receive, send)
            await finished(type(self), response, lease)

    async def _until_disconnect(
        self, request: Any, receive: Any, send: Any
    ) -> HttpResponseBase | None:
        """Respond; return the response, or None where the client went before there was one."""
        response = None
        try:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self.listen_for_disconnect(receive))
                    response = await self.run_get_response(request)
                    await self.send_response(response, send)
                    raise RequestProcessed
            except* (RequestProcessed, RequestAborted):
                pass
        except BaseExceptionGroup as group:
            if len(group.exceptions) == 1:
                raise group.exceptions[0]  # noqa: B904 -- as Django does
            raise
        return response

    async def read_body(self, receive: Any) -> IO[bytes]:
        """Return the body as a file; one that comes whole stays in the memory it is in."""
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            return BytesIO(message.get("body", b""))
        begun = [message]

        async def receive_again() -> Any:
            return begun.pop() if begun else await receive()

        return await super().read_body(receive_again)
