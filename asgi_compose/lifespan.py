"""Run the lifespans of several applications as one.

An application that ends without answering startup takes no part; one that answers
``lifespan.startup.failed``, or nothing, stops the others. Nothing is kept on the group: servers may
run it as often as they like, on asyncio; trio would need a second way to run everything.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, Literal

from asgi_compose.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("asgi_compose")

# Seconds for all applications together, below the 60 after which hypercorn gives up, so that the
# log says which application it was.
TIMEOUT = 50.0
# Seconds that a cancelled application gets for its ``finally`` blocks.
GRACE = 1.0


class LifespanGroup:
    """Start applications in order, stop them in reverse, and answer the server once for all.

    A failed start stops those already started and passes the message on; all failures are reported.
    """

    def __init__(
        self,
        *apps: ASGIApp,
        # Whether all fill the server's scope["state"], so that a request finds what any of them
        # put there, or each its own, which its requests see through with_state().
        state: Literal["shared", "own"] = "shared",
        startup_timeout: float = TIMEOUT,
        shutdown_timeout: float = TIMEOUT,
    ) -> None:
        self.apps = tuple({id(app): app for app in apps}.values())
        self.state = state
        self.startup_timeout = startup_timeout
        self.shutdown_timeout = shutdown_timeout
        # The server's state holds the own ones: it is what reaches requests, once for each server.
        self._key = f"asgi_compose.own.{id(self)}"
        for app in self.apps:
            _check_takes_three(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            raise ValueError(f"LifespanGroup takes lifespan scopes only, not {scope['type']!r}.")
        await receive()
        members: list[Member] = []
        try:
            failures, event = await self._start(scope, members), "startup"
            if not failures:
                await send({"type": "lifespan.startup.complete"})
                await receive()
                event = "shutdown"
            failures += await self._stop(members)
        finally:
            for member in reversed(members):  # none is left, unless an error brought us here
                await member.cancel()
        failed = {"type": f"lifespan.{event}.failed", "message": "\n".join(failures)}
        # The very last act, since hypercorn cancels this task as soon as it has the answer.
        await send(failed if failures else {"type": "lifespan.shutdown.complete"})

    def with_state(self, app: ASGIApp) -> ASGIApp:
        """Return ``app`` as requests should call it: with the state that it filled at its start."""

        def app_with_state(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            state = scope.get("state") or {}
            if self._key in state:
                scope = {**scope, "state": {**state, **state[self._key][id(app)]}}
            return app(scope, receive, send)

        return app if self.state == "shared" else app_with_state

    def _scope_for(self, app: ASGIApp, scope: Scope) -> Scope:
        scope, state = {**scope}, scope.get("state")
        if self.state == "own" and state is not None:
            scope["state"] = state.setdefault(self._key, {}).setdefault(id(app), {})
        return scope

    async def _start(self, scope: Scope, members: list["Member"]) -> list[str]:
        deadline = _now() + self.startup_timeout
        for app in self.apps:
            members.append(Member(app, self._scope_for(app, scope)))
            if failure := await members[-1].answered(deadline):
                return [failure]
            if not members[-1].serving:
                logger.info("%r takes no part in lifespan", app)
                members.pop()
        return []

    async def _stop(self, members: list["Member"]) -> list[str]:
        """Stop all members, the last one first; one that hangs takes no time from the others."""
        failures = []
        deadline = _now() + self.shutdown_timeout
        while members:
            fair_share = (deadline - _now()) / len(members)
            failures.append(await members[-1].stop(_now() + fair_share))
            members.pop()
        return [failure for failure in failures if failure]


class Member:
    """One application's lifespan: the server's side of it, in a task of its own."""

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self.app = app
        self.asked = self.serving = False
        self.error: Exception | None = None
        self.inbox: asyncio.Queue[Message] = asyncio.Queue()
        self.tell("lifespan.startup")
        self.task = asyncio.create_task(self.run(scope))

    def tell(self, event: str) -> None:
        self.event = event
        self.answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self.inbox.put_nowait({"type": event})

    async def answered(self, deadline: float) -> str | None:
        """Wait for the answer to the last event; return what went wrong, if anything did.

        Nothing has gone wrong where the application ended instead: see ``serving`` and ``error``.
        """
        seconds = max(0.0, deadline - _now())
        ends: list[asyncio.Future[Any]] = [self.answer, self.task]
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        failure = None
        if self.failed:
            failure = self.answer.result().get("message") or f"{self.app!r} gave no reason"
            logger.error("%r answered %s.failed: %s", self.app, self.event, failure)
        elif not any(end.done() for end in ends):
            failure = f"{self.app!r} did not answer {self.event} within {seconds:.1f} seconds"
            logger.error(failure)
        return failure

    async def stop(self, deadline: float) -> str | None:
        """Shut the application down if it is up, end its task, and return what went wrong."""
        failure, was_serving = None, self.serving
        if was_serving:
            self.tell("lifespan.shutdown")
            failure = await self.answered(deadline)
        if self.answer.done():  # it may finish what it does after its answer
            await asyncio.wait([self.task], timeout=max(0.0, deadline - _now()))
        await self.cancel()
        if was_serving and failure is None and self.error is not None:
            failure = f"{self.app!r} raised {self.error!r}"
        return failure

    async def cancel(self) -> None:
        if not self.task.done():
            self.task.cancel()
            await asyncio.wait([self.task], timeout=GRACE)
        if not self.task.done():
            logger.error("%r goes on running although it was cancelled", self.app)

    @property
    def failed(self) -> bool:
        return self.answer.done() and self.answer.result()["type"] == f"{self.event}.failed"

    async def run(self, scope: Scope) -> None:
        try:
            await self.app(scope, self.receive, self.send)
        except Exception as error:
            self.error = error
            # Not worth a line: it knows no lifespan, or has said in its answer what is wrong.
            expected = self.failed or not self.asked
            level = logging.DEBUG if expected else logging.ERROR
            logger.log(level, "%r raised in its lifespan", self.app, exc_info=error)

    async def receive(self) -> Message:
        if self.answer.done() and not self.serving and not self.task.cancelling():
            self.task.cancel()  # it waits for more, and no more will come
        self.asked = True
        return await self.inbox.get()

    async def send(self, message: Message) -> None:
        answers = (f"{self.event}.complete", f"{self.event}.failed")
        if self.answer.done() or message["type"] not in answers:
            raise RuntimeError(f"{message['type']} is not due: answer each event once")
        self.serving = message["type"] == "lifespan.startup.complete"
        self.answer.set_result(message)


def _check_takes_three(app: ASGIApp) -> None:
    with suppress(ValueError):  # what is not written in Python may have no signature
        try:
            inspect.signature(app).bind("scope", "receive", "send")
        except TypeError as error:
            advice = "Wrap ASGI 2 applications with asgiref's guarantee_single_callable()."
            raise TypeError(f"{app!r} does not take (scope, receive, send). {advice}") from error


def _now() -> float:
    return asyncio.get_running_loop().time()
