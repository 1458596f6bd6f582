"""A Django test runner that sends Django's own test clients through a dispatcher.

It is imported by the Python that runs Django's suite. Three names are set, in memory and nowhere
else: the two handlers that every test client makes for itself (the suite has clients of its own
besides ``SimpleTestCase.client_class``, so that setting that would miss some), and the one by which
the tests of ``asgi`` call an application. What a client sends crosses the dispatcher as ASGI, scope
and body; so does the answer, and the response that the client gets has to be the one that was sent.
"""

from __future__ import annotations

import json
import os
import sys
import unittest
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from asgiref.testing import ApplicationCommunicator
from django.test import client
from django.test.client import AsyncClientHandler, ClientHandler, FakePayload
from django.test.runner import DiscoverRunner
from neighbours import composed

from asgi_compose import ASGIApp, Message, Receive, Scope, Send

COMPOSED = "CONFORMANCE_COMPOSED" in os.environ
OUTCOMES = Path(os.environ["CONFORMANCE_OUTCOMES"])
# The part of a WSGI environ that ASGI has no place for travels as a server's extension would.
ENVIRON = "conformance.environ"
requests = 0


class Exchange:
    """The server's side of one request: it hands in the body and keeps what is sent."""

    def __init__(self, body: bytes) -> None:
        global requests
        requests += 1
        half = len(body) // 2
        self.incoming: list[Message] = [
            {"type": "http.request", "body": body[:half], "more_body": True},
            {"type": "http.request", "body": body[half:], "more_body": False},
        ]
        self.sent: list[Message] = []
        self.response: Any = None

    async def receive(self) -> Message:
        return self.incoming.pop(0)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def answer(self, response: Any, send: Send) -> None:
        self.response = response
        headers = [(name.encode(), value.encode("latin-1")) for name, value in response.items()]
        start = {"status": response.status_code, "headers": headers}
        await send({"type": "http.response.start", **start})
        # What is streamed is left to the client, who may want to stop or to see it closed.
        body = b"" if response.streaming else response.content
        await send({"type": "http.response.body", "body": body})

    def result(self) -> Any:
        if self.response is None:
            raise AssertionError(f"the dispatcher answered itself: {self.sent}")
        start, body = self.sent
        assert start["status"] == self.response.status_code
        assert self.response.streaming or body["body"] == self.response.content
        return self.response


class ComposedClientHandler(ClientHandler):
    """What ``Client`` calls: its environ becomes a scope, and an environ again behind."""

    def __call__(self, environ: dict[str, Any]) -> Any:
        payload = environ["wsgi.input"]
        exchange = Exchange(payload.read() if len(payload) else b"")

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            body = await read(receive)
            behind = environ_of(scope)
            if body:
                behind["wsgi.input"] = FakePayload(body)
            await exchange.answer(ClientHandler.__call__(self, behind), send)

        run_here(call(composed(app), scope_of(environ), exchange))
        return exchange.result()


class ComposedAsyncClientHandler(AsyncClientHandler):
    """What ``AsyncClient`` calls, with a scope as it is."""

    async def __call__(self, scope: Scope) -> Any:
        payload = scope.pop("_body_file", None)
        exchange = Exchange(payload.read() if payload else b"")

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope["_body_file"] = FakePayload(await read(receive))
            await exchange.answer(await AsyncClientHandler.__call__(self, scope), send)

        await call(composed(app), scope, exchange)
        return exchange.result()


class ComposedCommunicator(ApplicationCommunicator):
    """What the tests of ``asgi`` call an application by."""

    def __init__(self, application: ASGIApp, scope: Scope) -> None:
        global requests
        requests += 1
        super().__init__(composed(application), scope)


async def call(app: ASGIApp, scope: Scope, exchange: Exchange) -> None:
    await app(scope, exchange.receive, exchange.send)


def run_here(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run what never waits, in this thread and without a loop, as a sync test has to be run."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("the dispatcher waited for something")


async def read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    return body


def scope_of(environ: dict[str, Any]) -> Scope:
    rest = dict(environ)
    path = rest.pop("PATH_INFO").encode("latin-1")
    names = [name for name in rest if name.startswith("HTTP_") and isinstance(rest[name], str)]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": rest.pop("REQUEST_METHOD"),
        "path": path.decode(errors="replace"),
        "raw_path": quote(path).encode(),
        "query_string": rest.pop("QUERY_STRING", "").encode("latin-1"),
        "headers": [(name.encode(), rest.pop(name).encode()) for name in names],
        "extensions": {ENVIRON: rest},
    }


def environ_of(scope: Scope) -> dict[str, Any]:
    return {
        **scope["extensions"][ENVIRON],
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        **{name.decode(): value.decode() for name, value in scope["headers"]},
    }


class Result(unittest.TextTestResult):
    """Keep how each test ended, for the comparison of two runs."""

    outcomes: dict[str, tuple[str, str]] = {}

    def stopTest(self, test: Any) -> None:
        super().stopTest(test)
        self.outcomes.setdefault(test.id(), ("passed", ""))

    def addSkip(self, test: Any, reason: str) -> None:
        super().addSkip(test, reason)
        self.outcomes[test.id()] = ("skipped", reason)

    def addFailure(self, test: Any, err: Any) -> None:
        super().addFailure(test, err)
        self.outcomes[test.id()] = ("failed", repr(err[1]))

    def addError(self, test: Any, err: Any) -> None:
        super().addError(test, err)
        self.outcomes[test.id()] = ("failed", repr(err[1]))

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.outcomes[test.id()] = ("failed", repr(err[1]))

    def addUnexpectedSuccess(self, test: Any) -> None:
        super().addUnexpectedSuccess(test)
        self.outcomes[test.id()] = ("failed", "unexpected success")


class Runner(DiscoverRunner):
    def setup_test_environment(self, **kwargs: Any) -> None:
        super().setup_test_environment(**kwargs)
        if COMPOSED:
            client.ClientHandler = ComposedClientHandler
            client.AsyncClientHandler = ComposedAsyncClientHandler

    def build_suite(self, *args: Any, **kwargs: Any) -> Any:
        suite = super().build_suite(*args, **kwargs)
        if COMPOSED:
            sys.modules["asgi.tests"].ApplicationCommunicator = ComposedCommunicator  # type: ignore[attr-defined]
        return suite

    def get_resultclass(self) -> type[Result]:
        return Result

    def suite_result(self, suite: Any, result: Any, **kwargs: Any) -> int:
        OUTCOMES.write_text(json.dumps(Result.outcomes))
        if COMPOSED:
            self.log(f"{requests} requests composed")
        failures: int = super().suite_result(suite, result, **kwargs)
        return failures
