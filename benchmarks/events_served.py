"""The applications whose events are compared, each made in a server process of its own.

All have the same handler: it counts, and says who asks.
"""

from __future__ import annotations

import functools
import os
from dataclasses import fields
from time import perf_counter_ns

import reflex as rx
from django.core.handlers.base import BaseHandler
from django.test.utils import override_settings

import benchmarks.django_project  # configures Django, before a state reads its settings
from asgi_compose import ASGIApp
from benchmarks import chains
from django_adapter import DjangoOuterDispatcher, MiddlewareRunner
from reflex_adapter._reflex import serving_only
from reflex_adapter.bridge import DjangoEventBridge
from reflex_adapter.conf import MOST_SECONDS
from reflex_adapter.limits import SocketLimits
from reflex_adapter.mount import reserved_prefixes
from reflex_adapter.reflex_app import DjangoApp
from reflex_adapter.state import AppState

__all__ = [
    "benchmarks",
    "cached",
    "django_chain",
    "in_line",
    "in_line_user",
    "limited",
    "ours",
    "plain",
]


TOLD = 20_000  # times a number

COOKIE = "BENCHMARKED_COOKIE"  # in the environment, of whom a chain is called for in line


class PlainState(rx.State):
    """What plain Reflex is asked; nobody is known there."""

    count: int = 0
    who: str = ""

    @rx.event
    async def add(self) -> None:
        self.count += 1
        self.who = "nobody"


class InLineState(rx.State):
    """The same with Django's sync chain called by the handler, the nanoseconds that it took."""

    count: int = 0
    who: str = ""
    took: int = 0

    @rx.event
    async def add(self) -> None:
        self.count += 1
        once = chain()
        start = perf_counter_ns()
        response = once()
        self.took = perf_counter_ns() - start
        self.who = response.content.decode().split(" after ")[0]  # type: ignore[attr-defined]


@functools.cache
def chain() -> chains.Once:
    return chains.django_sync(chains.Event(os.environ.get(COOKIE, "")))


class DjangoState(AppState):
    """The same, of whoever Django says it is."""

    count: int = 0
    who: str = ""
    told: str = ""

    @rx.event
    async def add(self) -> None:
        self.count += 1
        self.who = self.user.get_username() or "nobody"

    @rx.event
    async def tell(self) -> None:
        """Have the client read a lot, each time something else."""
        self.count += 1
        self.told = f"{self.count}" * TOLD


def page() -> rx.Component:
    text: rx.Component = rx.text(PlainState.count, PlainState.who, DjangoState.count)
    return text


def plain() -> ASGIApp:
    app = rx.App()
    app.add_page(page, route="/")
    with serving_only():
        asgi: ASGIApp = app()
    return asgi


def in_line() -> ASGIApp:
    """Plain Reflex, with the least of Django that can be done for an event of nobody."""
    os.environ.pop(COOKIE, None)
    return plain()


def in_line_user() -> ASGIApp:
    """The same for a user, all of it blocking the event loop."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return plain()


def ours() -> ASGIApp:
    return led(DjangoApp())


def cached() -> ASGIApp:
    """Ours, who it is being remembered for as long as this benchmark takes."""
    with override_settings(REFLEX_DJANGO_AUTH_CACHE=MOST_SECONDS):
        return ours()


def limited() -> ASGIApp:
    """Ours with the limits of sockets that a project has, and the other benchmarks have not."""
    limits = {f"REFLEX_DJANGO_SOCKET_{it.name.upper()}": it.default for it in fields(SocketLimits)}
    override_settings(**limits).enable()
    return ours()


def django_chain() -> ASGIApp:
    """Ours in all but the chain, which is Django's own asynchronous one."""
    app = DjangoApp()
    app.bridge = DjangoEventBridge(DjangoChain())
    return led(app)


class DjangoChain(MiddlewareRunner):
    load_middleware = BaseHandler.load_middleware
    get_response_async = BaseHandler.get_response_async


def led(app: DjangoApp) -> ASGIApp:
    benchmarks.django_project.mount()
    app.add_page(page, route="/")
    return DjangoOuterDispatcher(app(), reserved=reserved_prefixes())
