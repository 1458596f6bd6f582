"""A Django test runner that sends Django's own test clients through our compiled chain.

It is imported by the Python that runs Django's suite. Set, in memory and nowhere else: the handlers
that every test client makes for itself, and the names by which tests make an ASGI application. The
clients stay Django's in all but one step, in which they have a request and want a response. What a
sync client asks is asked from the test's own thread, in which its transaction is.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import django_runner
from asgiref.sync import async_to_sync
from django.core import asgi
from django.test import client
from django.test.client import AsyncClientHandler, ClientHandler

CHAIN = "CONFORMANCE_CHAIN" in os.environ
requests = 0


class ChainClientHandler(ClientHandler):
    """What ``Client`` calls: a WSGI request meets the chain as well as any."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._middleware_chain = counting_handler().get_response_async

    def get_response(self, request: Any) -> Any:
        return async_to_sync(self._middleware_chain)(request)


class ChainAsyncClientHandler(AsyncClientHandler):
    """What ``AsyncClient`` calls."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._middleware_chain = counting_handler().get_response_async

    async def get_response_async(self, request: Any) -> Any:
        return await self._middleware_chain(request)


def counting_handler() -> Any:
    """Return one of our handlers, which is imported only once Django has its settings."""
    from django_adapter.http import ASGIHandler  # noqa: PLC0415

    class CountingHandler(ASGIHandler):
        async def get_response_async(self, request: Any) -> Any:
            global requests
            requests += 1
            return await super().get_response_async(request)

    return CountingHandler()


class Runner(django_runner.Runner):
    def setup_test_environment(self, **kwargs: Any) -> None:
        super().setup_test_environment(**kwargs)
        if CHAIN:
            client.ClientHandler = ChainClientHandler
            client.AsyncClientHandler = ChainAsyncClientHandler

    def build_suite(self, *args: Any, **kwargs: Any) -> Any:
        suite = super().build_suite(*args, **kwargs)
        if CHAIN:
            replace_applications()
        return suite

    def suite_result(self, suite: Any, result: Any, **kwargs: Any) -> int:
        if CHAIN:
            self.log(f"{requests} requests by the chain")
        return super().suite_result(suite, result, **kwargs)


def replace_applications() -> None:
    """Let the modules of tests that make applications of Django's make ours."""
    ours = type(counting_handler())
    tests = [
        module for name, module in sys.modules.items() if name.rpartition(".")[2].startswith("test")
    ]
    for module in tests:
        for name, made in list(vars(module).items()):
            if made is asgi.ASGIHandler or made is asgi.get_asgi_application:
                setattr(module, name, ours)
